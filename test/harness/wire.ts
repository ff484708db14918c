// Requests as bytes and answers as they came, for what an HTTP client would put right on the way.

import { connect } from 'node:net'

/** An answer off a socket. Header names are lower-case; the same name may come more than once. */
export interface WireAnswer {
  /** 0 when the connection ended without an answer. */
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
  readonly text: string
}

/** So long a connection is silent before it is asked whether its server has anything more to say. */
const IDLE_MS = 500
/**
 * As many later requests of others the server has answered, one after the other, when a silent connection
 * counts as done: a cold key's first request takes many more turns of the server's than one of theirs.
 */
const OTHERS_ANSWERED = 50

/** Sends bytes (latin-1) and returns what comes back until it ends, closes or falls silent. */
export function sendRaw(port: number, bytes: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(bytes, 'latin1')))
    const bodyless = bytes.startsWith('HEAD ')
    let text = ''
    const done = (): void => {
      socket.destroy()
      resolve({ status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0), text })
    }
    socket.setTimeout(IDLE_MS, () => {
      const heard = text.length
      // Not the clock alone: a busy machine is silent for longer than that.
      void afterOthers(port, () => {
        if (text.length === heard) done()
      })
    })
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (isComplete(text, bodyless)) done()
    })
    socket.on('close', done)
    // A reset is an answer too: the server has refused to read on.
    socket.on('error', done)
  })
}

/** Goes on once the server has answered some later requests. */
async function afterOthers(port: number, then: () => void): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (let answered = 0; answered < OTHERS_ANSWERED; answered++) await anyAnswer(port)
  then()
}

/** Resolves once the server has answered some request, or has refused to. */
async function anyAnswer(port: number): Promise<void> {
  await fetch(`http://127.0.0.1:${port}/edge/health`)
    .then((answer) => answer.arrayBuffer())
    .catch(() => undefined)
}

function isComplete(text: string, bodyless: boolean): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return false
  if (bodyless || /^HTTP\/1\.[01] (?:204|304)/.test(text)) return true
  const head = text.slice(0, end + 2)
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1]
  if (length !== undefined) return text.length >= end + 4 + Number(length)
  return /\r\ntransfer-encoding: chunked\r\n/i.test(head) && text.endsWith('\r\n0\r\n\r\n')
}

/** Takes an answer apart; a chunked body is put together. */
export function parseAnswer({ status, text }: { status: number; text: string }): WireAnswer {
  const end = text.indexOf('\r\n\r\n')
  const lines = (end === -1 ? text : text.slice(0, end)).split('\r\n').slice(1)
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  const rest = end === -1 ? '' : text.slice(end + 4)
  const chunked = headers.some(
    ([name, value]) => name === 'transfer-encoding' && /chunked/.test(value),
  )
  return { status, headers, body: chunked ? unchunk(rest) : rest, text }
}

function unchunk(text: string): string {
  let body = ''
  for (let at = 0; ;) {
    const size = Number.parseInt(text.slice(at), 16)
    const start = text.indexOf('\r\n', at) + 2
    if (!(size > 0) || start === 1) return body
    body += text.slice(start, start + size)
    at = start + size + 2
  }
}

/** All values of a header, in order. */
export function valuesOf(headers: WireAnswer['headers'], name: string): string[] {
  return headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
}

/** A request as it goes over the wire; only what is given, in the order given. */
export function requestBytes(
  method: string,
  target: string,
  headers: readonly (readonly [string, string])[],
  body = '',
): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `${method} ${target} HTTP/1.1\r\n${lines}\r\n${body}`
}
