// What leaves as a file is on record with what was asked for and how much of it was taken, which is
// known once it has ended, by itself or because whoever asked went away.

import type { WaitUntil } from '../lib/wait-until.ts'

/** What is told of an export behind its path, such as `;rows=1460;bytes=490123;key=key_1`. */
export type Told = (measure: string) => Promise<unknown>

const QUOTE = 0x22
const LINE_FEED = 0x0a
/** Of the edge's own parameters; whose it is stands in the event itself. */
const LEFT_OUT: readonly string[] = ['organization', 'cursor', 'limit']

/** Whether one of the edge's own answers is a file. */
export function isExport(response: Response): boolean {
  return response.body !== null && response.headers.has('content-disposition')
}

/** Hands a CSV file on and calls `tell` when it has ended, with the measure and what was asked for. */
export function measured(
  response: Response,
  query: URLSearchParams,
  tell: Told,
  waitUntil: WaitUntil,
): Response {
  const file = response.body as ReadableStream<Uint8Array> | null
  if (!file) return response
  const reader = file.getReader()
  const ended = Promise.withResolvers<void>()
  waitUntil(ended.promise)
  const count = new Count()
  const end = async (whole: boolean): Promise<void> => {
    await tell(`${count.text()}${whole ? '' : ';broken_off'}${asked(query)}`)
    ended.resolve()
  }
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) {
          await end(true)
          controller.close()
        } else {
          count.add(value)
          controller.enqueue(value)
        }
      } catch (error) {
        await end(false)
        throw error
      }
    },
    async cancel(reason) {
      await end(false)
      await reader.cancel(reason)
    },
  })
  return new Response(body, response)
}

/** Rows without the header's, and bytes. A line break within quotes ends no row (RFC 4180 §2). */
class Count {
  private bytes = 0
  private lines = 0
  private quoted = false

  add(chunk: Uint8Array): void {
    this.bytes += chunk.byteLength
    for (const byte of chunk) {
      if (byte === QUOTE) this.quoted = !this.quoted
      else if (byte === LINE_FEED && !this.quoted) this.lines++
    }
  }

  text(): string {
    return `;rows=${Math.max(0, this.lines - 1)};bytes=${this.bytes}`
  }
}

function asked(query: URLSearchParams): string {
  return [...query]
    .filter(([name, value]) => value !== '' && !LEFT_OUT.includes(name))
    .map(([name, value]) => `;${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('')
}
