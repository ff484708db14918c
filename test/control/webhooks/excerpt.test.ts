import { describe, expect, it } from 'vitest'

import { EXCERPT_MAX_BYTES, printable, readStart } from '../../../src/control/webhooks/excerpt.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const never = new AbortController().signal
const readExcerpt = async (...asked: Parameters<typeof readStart>) =>
  printable(await readStart(...asked))

describe('printable', () => {
  it.each([
    ['plain text', 'no such tenant', 'no such tenant'],
    ['letters of any language', 'größer 東京 🔑', 'größer 東京 🔑'],
    ['lines become spaces', 'a\r\n  b\tc\n', 'a b c'],
    ['control characters', 'a\u0000b\u001b[31mc', 'a·b·[31mc'],
    ['direction overrides', 'a\u202eb\u2066c', 'a·b·c'],
    ['zero-width characters', 'a\u200bb\ufeff', 'a·b'],
    ['private use', 'a\ue000', 'a·'],
    ['its own secret', 'got whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw!', 'got [secret]!'],
    ['a key', `k=vk_live_${'a1'.repeat(16)};`, 'k=[secret];'],
    ['a publishable key of another brand', `acme_pub_sandbox_${'Z'.repeat(32)}`, '[secret]'],
  ])('%s', (_guarantee, text, expected) => {
    expect(printable(bytes(text))).toBe(expected)
  })

  it('broken UTF-8 is no error', () => {
    expect(printable(new Uint8Array([0x61, 0xff, 0xc3]))).toBe('a\ufffd\ufffd')
  })
})

const streamOf = (...parts: string[]) => {
  let cancelled = false
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = parts.shift()
      if (part === undefined) controller.close()
      else controller.enqueue(bytes(part))
    },
    cancel() {
      cancelled = true
    },
  })
  return { stream, cancelled: () => cancelled }
}

describe('readExcerpt', () => {
  it('reads a short answer whole', async () => {
    expect(await readExcerpt(streamOf('a', 'b', 'c').stream, never)).toBe('abc')
    expect(await readExcerpt(null, never)).toBe('')
  })

  it('reads the first of a long one, and cancels the rest', async () => {
    const endless = streamOf(...Array.from({ length: 1000 }, () => 'x'.repeat(100)))
    expect(await readExcerpt(endless.stream, never)).toBe('x'.repeat(EXCERPT_MAX_BYTES))
    expect(endless.cancelled()).toBe(true)
  })

  it('gives what came when it hangs or breaks', async () => {
    const controller = new AbortController()
    const hanging = new ReadableStream<Uint8Array>({ start: (c) => c.enqueue(bytes('half')) })
    const reading = readExcerpt(hanging, controller.signal)
    setTimeout(() => controller.abort(), 20)
    expect(await reading).toBe('half')
    const stream = new ReadableStream<Uint8Array>({
      pull: (c) => c.error(new Error('connection reset by 10.0.0.1')),
    })
    expect(await readExcerpt(stream, never)).toBe('')
  })
})
