// The demo's products: one Worker source, run once for each product and environment, each behind a
// socket of its own, so that the edge reaches them as it would any service.

import { convertV4MiniflareOptions, Miniflare, type Log } from 'miniflare'

import { ENVIRONMENTS } from '../catalog/define.ts'
import { demoCatalog } from './demo/catalog.ts'
import type { UpstreamUrls } from './settings.ts'

export interface Upstreams {
  readonly urls: UpstreamUrls
  readonly stop: () => Promise<void>
}

/** Starts them all on free loopback ports; `url` is the edge whose word they take. */
export async function startUpstreams(
  code: string,
  {
    compatibilityDate,
    url,
    log,
  }: { readonly compatibilityDate: string; readonly url: string; readonly log: Log },
): Promise<Upstreams> {
  const workers = demoCatalog.products.flatMap(({ id }) =>
    ENVIRONMENTS.map((environment) => ({
      name: nameOf(id, environment),
      compatibilityDate,
      modules: [{ type: 'ESModule' as const, path: 'upstream.js', contents: code }],
      bindings: { PRODUCT: id, ENVIRONMENT: environment, EDGE_URL: url },
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    })),
  )
  const mf = new Miniflare(
    convertV4MiniflareOptions({ host: '127.0.0.1', port: 0, cf: false, log, workers }),
  )
  await mf.ready
  const products = demoCatalog.products.map(async ({ id }) => {
    const urls = ENVIRONMENTS.map(async (environment) => {
      const { origin } = await mf.unsafeGetDirectURL(nameOf(id, environment))
      return [environment, origin] as const
    })
    return [id, Object.fromEntries(await Promise.all(urls))] as const
  })
  return {
    urls: Object.fromEntries(await Promise.all(products)),
    stop: () => mf.dispose(),
  }
}

function nameOf(product: string, environment: string): string {
  return `${product.replaceAll('_', '-')}-${environment}`
}
