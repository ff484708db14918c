// What reached the upstream, as it reached it.

export interface Received {
  readonly method: string
  readonly path: string
  /** Without its `?`. */
  readonly query: string
  /** By lower-case name; the runtime joins what came twice with a comma. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body_bytes: number
}

/** Counts the body as it streams by, so that an upload of any size takes no memory. */
export async function readReceived(request: Request): Promise<Received> {
  const [, path = '/', query = ''] = /^[a-z]+:\/\/[^/?]*([^?]*)\??(.*)$/is.exec(request.url) ?? []
  return {
    method: request.method,
    path,
    query,
    headers: readHeaders(request.headers),
    body_bytes: await countBytes(request.body),
  }
}

function readHeaders(headers: Headers): Record<string, string | string[]> {
  const read: Record<string, string | string[]> = {}
  for (const [name, value] of headers) {
    const earlier = read[name]
    read[name] = earlier === undefined ? value : [earlier, value].flat()
  }
  return read
}

async function countBytes(body: ReadableStream<Uint8Array> | null): Promise<number> {
  let bytes = 0
  if (body) for await (const chunk of body) bytes += chunk.byteLength
  return bytes
}
