// What the bench uses of autocannon, which brings no types.

declare module 'autocannon' {
  export interface Client {
    setRequests(requests: readonly object[]): void
  }

  export interface Options {
    readonly url: string
    readonly connections: number
    /** Seconds. */
    readonly duration?: number
    /** Requests in all, in place of a duration. */
    readonly amount?: number
    /** Requests per second, over all connections. */
    readonly overallRate?: number
    /** Seconds until a request without an answer counts as an error. */
    readonly timeout: number
    /** Milliseconds between two looks at the clock. */
    readonly sampleInt: number
    readonly setupClient: (client: Client) => void
  }

  export interface Result {
    readonly errors: number
    readonly timeouts: number
  }

  export interface Run extends PromiseLike<Result> {
    on(
      event: 'response',
      listener: (client: Client, status: number, bytes: number, ms: number) => void,
    ): void
  }

  export default function autocannon(options: Options): Run
}
