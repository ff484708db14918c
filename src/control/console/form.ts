// Reading what was posted, bounded by the bytes that come, whatever was announced.

import { createMiddleware } from 'hono/factory'

import type { ConsoleEnv } from './context.ts'
import { isOwnOrigin } from './csrf.ts'
import { errorPage } from './respond.tsx'

/** Before a session: a token of the longest sort, and where to go on. */
export const SIGN_IN_FORM_MAX_BYTES = 4_096
/** Ten thousand addresses of the longest form, each escaped, and room to spare. */
export const FORM_MAX_BYTES = 2_000_000
/** No form of ours has as many; taking them apart costs more than their bytes. */
const FIELDS_MAX = 1_000
const FORM_TYPE = 'application/x-www-form-urlencoded'

/** Only what a page of ours posted goes on, signed in or not; nothing of it is read yet. */
export const fromOwnPage = createMiddleware<ConsoleEnv>(async (c, next) => {
  if (c.req.method !== 'POST') return await next()
  if (!isOwnOrigin(c.req.raw)) return errorPage(c, 403, 'This form was not sent by this console.')
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== FORM_TYPE) return errorPage(c, 400, `A form is sent as ${FORM_TYPE}.`)
  return await next()
})

/** Reads a posted form of at most so many bytes into `c.get('form')`. */
export function readForm(maxBytes: number) {
  return createMiddleware<ConsoleEnv>(async (c, next) => {
    if (c.req.method !== 'POST') return await next()
    const text = await readText(c.req.raw, maxBytes)
    if (text === undefined) return errorPage(c, 413, `A form may have ${maxBytes} bytes at most.`)
    if (hasTooMany(text)) return errorPage(c, 413, `A form may have ${FIELDS_MAX} fields at most.`)
    c.set('form', new URLSearchParams(text))
    return await next()
  })
}

/** The body as text; undefined where it is longer, as soon as that shows. */
export async function readText(request: Request, maxBytes: number): Promise<string | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return undefined
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  const body = request.body as ReadableStream<Uint8Array> | null
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    // Leaving the loop cancels what has not come yet.
    if (bytes > maxBytes) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function hasTooMany(text: string): boolean {
  let fields = 1
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) fields++
  return fields > FIELDS_MAX
}
