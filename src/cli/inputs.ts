// What an operation takes, as the command line needs to know it (inputs.generated.ts).

export interface Field {
  readonly name: string
  readonly in: 'path' | 'query' | 'body'
  /** `time`: Unix milliseconds. `texts` and `numbers`: members by name. */
  readonly type: 'text' | 'integer' | 'boolean' | 'time' | 'list' | 'texts' | 'numbers'
  readonly required?: true
  /** null means something of its own: no restriction, no end. */
  readonly nullable?: true
  /** Of an id, such as `key`. */
  readonly prefix?: string
  readonly choices?: readonly string[]
  readonly help?: string
}

export interface Inputs {
  readonly summary: string
  /** Whether it acts within an organization, which operators name. */
  readonly organization: boolean
  /** Whether it takes an Idempotency-Key. */
  readonly idempotent: boolean
  readonly body: boolean
  readonly fields: readonly Field[]
}
