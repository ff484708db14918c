// The client's headers, taken from the runtime once: each look at a `Headers` crosses into it, and a
// request is looked at a dozen times.

/** What the steps of the gate ask of headers. */
export type HeaderReader = Pick<Headers, 'get' | 'has'>

export class SentHeaders implements HeaderReader {
  private readonly values: ReadonlyMap<string, string>

  constructor(headers: Headers) {
    this.values = new Map(headers)
  }

  /** By its lower-case name. Lines of the same name are joined with a comma, as in `Headers`. */
  get(name: string): string | null {
    return this.values.get(name) ?? null
  }

  has(name: string): boolean {
    return this.values.has(name)
  }

  /** Lower-case. */
  names(): Iterable<string> {
    return this.values.keys()
  }
}
