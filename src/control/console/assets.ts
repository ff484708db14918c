// The stylesheet and the script: ours, built into the Worker, at addresses that name their content.

import { SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH } from './assets.generated.ts'
import { CONSOLE } from './urls.ts'

interface Asset {
  readonly url: string
  readonly text: string
  readonly type: string
}

export const ASSETS = {
  style: asset(STYLE, STYLE_HASH, 'css', 'text/css; charset=utf-8'),
  script: asset(SCRIPT, SCRIPT_HASH, 'js', 'text/javascript; charset=utf-8'),
} as const

function asset(text: string, hash: string, ending: string, type: string): Asset {
  return { url: `${CONSOLE}/assets/${hash}.${ending}`, text, type }
}

/** The asset at a path; undefined where there is none. Only assets are ever compressed (BREACH). */
export function serveAsset(request: Request, path: string): Response | undefined {
  const found = Object.values(ASSETS).find(({ url }) => url === path)
  if (!found) return undefined
  const headers = new Headers({
    'content-type': found.type,
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
  })
  // The runtime compresses what is said to be.
  if (/\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')) {
    headers.set('content-encoding', 'gzip')
  }
  return new Response(request.method === 'HEAD' ? null : found.text, { headers })
}
