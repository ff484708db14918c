// A request exactly as it is given, through node:http: unlike fetch it sends no header of its own,
// and hands back what it got.

import { request, type IncomingHttpHeaders } from 'node:http'

/** What the demo's upstreams say of the request that reached them. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body_bytes: number
}

export interface UpstreamAnswer {
  readonly id?: string
  readonly product: string
  readonly environment: string
  readonly assertion: {
    readonly valid: boolean
    readonly reason?: string
    readonly claims: Record<string, unknown>
  }
  readonly received: Received
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body as an upstream of the demo writes it. */
  readonly upstream: () => UpstreamAnswer
  readonly json: () => unknown
}

export interface Call {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string
}

export function send(url: string, target: string, call: Call = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = call
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const options = {
      host: hostname,
      port,
      path: target,
      method,
      headers: { ...headers },
      agent: false,
    }
    const outgoing = request(options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          upstream: () => JSON.parse(text) as UpstreamAnswer,
          json: () => JSON.parse(text) as unknown,
        }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

export function apiKey(value: string): Record<string, string> {
  return { 'x-api-key': value }
}

export function bearer(value: string): Record<string, string> {
  return { authorization: `Bearer ${value}` }
}
