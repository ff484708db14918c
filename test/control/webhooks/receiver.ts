// A real HTTP server that receives webhooks: it verifies each with the `standardwebhooks` package at
// the time of the test's clock, and then answers, or does not, as the test says.

import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { Webhook } from 'standardwebhooks'
import { vi } from 'vitest'

export interface Received {
  readonly path: string
  readonly id: string
  /** Of the test's clock, in Unix ms. */
  readonly at: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Receiver {
  readonly url: string
  readonly received: Received[]
  /** What was wrong with requests that were not genuine; the test wants none. */
  readonly complaints: string[]
  /** Answered 2xx: what counts as arrived. */
  readonly arrived: Set<string>
  /** By path. Whoever has one answers challenges, which are no part of `received`. */
  readonly secrets: Map<string, string>
  /** Challenges that came, by path. */
  readonly challenges: string[]
  answer: (received: Received, response: ServerResponse, nth: number) => void
  stop(): Promise<void>
}

/** Starts a receiver on a free loopback port. `now` is the test's clock. */
export async function startReceiver(now: () => number): Promise<Receiver> {
  const nth = new Map<string, number>()
  const receiver: Receiver = {
    url: '',
    received: [],
    complaints: [],
    arrived: new Set(),
    secrets: new Map(),
    challenges: [],
    answer: (_received, response) => response.end('ok'),
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { headers, url: path = '' } = request
      const id = String(headers['webhook-id'])
      const received = { path, id, at: now(), headers, body: Buffer.concat(chunks).toString() }
      const secret = receiver.secrets.get(path)
      const wrong = secret === undefined ? `${path} is nobody's` : complaint(received, secret)
      const nonce = challengeIn(received)
      if (nonce !== undefined) {
        receiver.challenges.push(path)
        if (wrong === undefined && secret !== undefined) {
          response.end(JSON.stringify({ challenge_response: challengeAnswer(secret, nonce) }))
        } else response.writeHead(401).end()
        return
      }
      receiver.received.push(received)
      if (wrong !== undefined) receiver.complaints.push(wrong)
      nth.set(id, (nth.get(id) ?? 0) + 1)
      response.on('finish', () => {
        if (response.statusCode < 300) receiver.arrived.add(id)
      })
      receiver.answer(received, response, nth.get(id) ?? 0)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(receiver, { url: `http://127.0.0.1:${port}` })
}

/** What the package finds wrong with a request; undefined when nothing. */
export function complaint({ headers, body, at }: Received, secret: string): string | undefined {
  const clock = vi.spyOn(Date, 'now').mockReturnValue(at)
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>)
    return undefined
  } catch (error) {
    return String(error)
  } finally {
    clock.mockRestore()
  }
}

/** The nonce of a challenge; undefined of any other event. */
export function challengeIn({ body }: Pick<Received, 'body'>): string | undefined {
  const { type, data } = JSON.parse(body) as { type?: string; data?: { challenge?: string } }
  return type === 'system.challenge' ? data?.challenge : undefined
}

/** What docs/api.md says that a receiver computes. */
export function challengeAnswer(secret: string, nonce: string): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  return createHmac('sha256', key).update(nonce).digest('base64')
}
