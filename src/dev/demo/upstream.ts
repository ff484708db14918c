// A product's API as the demo plays it. The same Worker runs once for each product and environment;
// it trusts the signed assertion and nothing else, answers like the product would, and tells in
// `received` what reached it.

import type { Environment } from '../../catalog/define.ts'
import { createAssertionCheck } from './assertion.ts'
import { channel } from './channels.ts'
import { content } from './content.ts'
import { readReceived } from './received.ts'

interface Bindings {
  readonly PRODUCT: string
  readonly ENVIRONMENT: Environment
  /** The edge's `ISSUER`: its JWKS is below it. */
  readonly EDGE_URL: string
}

let check: ReturnType<typeof createAssertionCheck> | undefined

export default {
  async fetch(request: Request, env: Bindings): Promise<Response> {
    const { PRODUCT: product, ENVIRONMENT: environment } = env
    check ??= createAssertionCheck(env.EDGE_URL, product, environment)
    const assertion = await check(request.headers)
    const received = await readReceived(request)
    const facts = { product, environment, assertion, received }
    if (!assertion.valid) {
      return Response.json({ error: 'no_valid_assertion', ...facts }, { status: 401 })
    }
    const special = product === 'verifa' ? channel(request, facts) : undefined
    if (special) return await special
    const { status, body } = content(product, environment, received)
    return Response.json({ ...body, ...facts }, { status })
  },
} satisfies ExportedHandler<Bindings>
