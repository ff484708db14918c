// The OpenAPI 3.1 document of the API, out of the definitions by which it is served. `npm run build:client`
// writes it down (openapi.generated.json), so that no isolate has to make it.

import { SPELLED } from '../../lib/header-names.ts'
import { controlApp, REASON_HEADERS } from './operation.ts'
import { RESOURCES } from './resources.ts'

/** The document, with this address as its server. */
export async function openApiDocument(issuer: string): Promise<unknown> {
  const api = controlApp()
  for (const part of new Set([...RESOURCES.values()].flat())) api.route('/', await part())
  for (const { name, header } of REASON_HEADERS) {
    api.openAPIRegistry.registerComponent('headers', name, header)
  }
  api.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'apiKey',
    in: 'header',
    name: SPELLED.apiKey,
  })
  api.openAPIRegistry.registerComponent('securitySchemes', 'jwt', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A JWT API key',
  })
  api.openAPIRegistry.registerComponent('securitySchemes', 'operator', {
    type: 'http',
    scheme: 'bearer',
    description: 'The admin token',
  })
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Portcullis management API',
      version: '1',
      description:
        'Keys, service users, allowlists, members, webhooks, audit and usage. Times are Unix milliseconds.',
    },
    servers: [{ url: issuer }],
  })
}
