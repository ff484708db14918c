// The credentials of the demo, by the names they have in .portcullis/demo.json.

import { defaultScopes, productsFor, type Environment, type Kind } from '../catalog/define.ts'
import { demoCatalog } from './demo/catalog.ts'
import type { NewOrganization, NewServiceUser } from './statements.ts'

export const DEMO_ORGANIZATION = 'org_demo'
export const OTHER_ORGANIZATION = 'org_other'

const ALL_PRODUCTS = demoCatalog.products.map(({ id }) => id)

export const ORGANIZATIONS: readonly NewOrganization[] = [
  { id: DEMO_ORGANIZATION, name: 'Demo', plan: 'free', products: ALL_PRODUCTS },
  { id: OTHER_ORGANIZATION, name: 'Another customer', plan: 'free', products: ALL_PRODUCTS },
]

export const SERVICE_USER: NewServiceUser = {
  id: 'su_demo',
  organizationId: DEMO_ORGANIZATION,
  name: 'VKYC pipeline',
  sourceSystem: 'vkyc',
  departments: ['retail'],
}

/** What a credential of the demo is, before it is minted. */
export interface DemoCredential {
  readonly kind: Kind
  readonly organizationId: string
  readonly environment: Environment
  readonly scopes: readonly string[]
  readonly products: readonly string[]
  readonly origins: readonly string[]
  readonly ips: readonly string[]
  readonly state: 'active' | 'expired' | 'revoked'
}

const secret = of('secret', defaultScopes(demoCatalog))
const publishable = of('publishable', demoCatalog.publishable.scopes)

export const DEMO_CREDENTIALS = {
  secret_live: secret,
  secret_sandbox: { ...secret, environment: 'sandbox' },
  publishable_live: {
    ...publishable,
    origins: ['http://localhost:5173', 'https://app.example.com'],
  },
  publishable_open: publishable,
  jwt: { ...of('jwt', []), products: ['document_verification'] },
  jwt_full: of('jwt', []),
  access_token: of('access_token', ['ingest', 'search']),
  read_only_live: { ...secret, scopes: ['sessions:read'] },
  ip_restricted_live: { ...secret, ips: ['203.0.113.0/24', '2001:db8::/32'] },
  expired_live: { ...secret, state: 'expired' },
  revoked_live: { ...secret, state: 'revoked' },
  other_org_live: { ...secret, organizationId: OTHER_ORGANIZATION },
  // Nobody hands out more than they hold, so the key that manages others holds everything.
  management_live: {
    ...secret,
    scopes: Object.keys(demoCatalog.scopes),
    products: ALL_PRODUCTS,
  },
} as const satisfies Record<string, DemoCredential>

export type DemoName = keyof typeof DEMO_CREDENTIALS
export const DEMO_NAMES = Object.keys(DEMO_CREDENTIALS) as DemoName[]

function of(kind: Kind, scopes: readonly string[]): DemoCredential {
  return {
    kind,
    organizationId: DEMO_ORGANIZATION,
    environment: 'live',
    scopes,
    products: productsFor(demoCatalog, kind),
    origins: [],
    ips: [],
    state: 'active',
  }
}
