// The first of an answer, for the delivery log. What a receiver sends is shown to people and tools:
// it is cut, made printable, and rid of what looks like a secret.

import { MARK_WORDS } from '../../credentials/kinds.ts'

/** So much of an answer is read, in bytes; then its stream is cancelled. */
export const EXCERPT_MAX_BYTES = 1024
const SECRETS = new RegExp(
  `whsec_[A-Za-z0-9+/=]+|\\b[a-z][a-z0-9]*_(?:(?:${MARK_WORDS})_)?(?:live|sandbox)_[0-9A-Za-z]{8,}`,
  'g',
)

/** Reads at most EXCERPT_MAX_BYTES. An answer that breaks off or hangs gives what came until then. */
export async function readStart(
  body: ReadableStream<Uint8Array> | null,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (!body) return new Uint8Array()
  const reader = body.getReader()
  const aborted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  const bytes = new Uint8Array(EXCERPT_MAX_BYTES)
  let length = 0
  while (length < EXCERPT_MAX_BYTES) {
    const read = reader.read().catch(() => undefined)
    const chunk = await Promise.race([read, aborted])
    if (!chunk || chunk.done) break
    const part = chunk.value.subarray(0, EXCERPT_MAX_BYTES - length)
    bytes.set(part, length)
    length += part.length
  }
  // The receiver may not hear of it in time; nobody waits for that.
  void reader.cancel().catch(() => undefined)
  return bytes.subarray(0, length)
}

/** UTF-8 as one printable line: control, format and other invisible characters become a middle dot. */
export function printable(bytes: Uint8Array): string {
  return new TextDecoder()
    .decode(bytes)
    .replace(/\s+/g, ' ')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '·')
    .replace(SECRETS, '[secret]')
    .trim()
}
