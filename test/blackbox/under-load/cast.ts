// Who takes part in the mixed traffic: a credential of every kind, in every state that refuses, and
// what each secret is.

import type { Kind } from '../../../src/catalog/define.ts'
import { mintKey, importPeppers } from '../../../src/credentials/digest.ts'
import { insertOrganization } from '../../../src/dev/statements.ts'
import { ADMIN_TOKEN, PEPPER, type CredentialOptions, type TestEdge } from '../../harness/edge.ts'
import { present } from '../call.ts'
import type { Caller } from './ledger.ts'
import type { Secrets } from './secrets.ts'

export interface Actor extends Caller {
  readonly kind: Kind
  readonly value: string
  /** In the header that belongs to its kind. */
  readonly headers: Readonly<Record<string, string>>
}

export type Cast = Awaited<ReturnType<typeof castOf>>

const MANAGES = ['keys:read', 'keys:write', 'org:read', 'org:write', 'webhooks:read']
const AUDITS = [
  'webhooks:write',
  'audit:read',
  'analytics:read',
  'sessions:read',
  'ingest',
  'search',
]
const ORGANIZATIONS = ['org_suspended', 'org_listed', 'org_small']
/** So that nothing but the small key meets a limit. */
const ROOMY = '{"plan":1000000,"sessions":1000000,"publishable":1000000}'

/** Mints everybody; their secrets are known from then on. */
export async function castOf(edge: TestEdge, secrets: Secrets) {
  for (const id of ORGANIZATIONS) {
    const products = ['verifa', 'vault']
    await edge.sql(insertOrganization({ id, name: id, plan: 'enterprise', products }))
  }
  async function actor(kind: Kind, options: CredentialOptions = {}): Promise<Actor> {
    const minted = await edge.mint(kind, options)
    secrets.add(minted.value)
    const serviceUser = options.serviceUser ?? `su_${minted.id.slice(4)}`
    return {
      ...{ ...minted, kind, organization: options.organization ?? 'org_test' },
      headers: present(kind, minted),
      ...(kind === 'access_token' && { serviceUser }),
    }
  }
  const scopes = [...MANAGES, ...AUDITS]
  const token = await actor('access_token')
  const origins = ['https://shop.example.com']
  const cast = {
    secret: await actor('secret'),
    sandbox: await actor('secret', { environment: 'sandbox' }),
    elsewhere: await actor('secret', { organization: 'org_small' }),
    manager: await actor('secret', { scopes, products: ['verifa', 'vault'] }),
    publishable: await actor('publishable', { origins }),
    jwt: await actor('jwt'),
    token,
    sibling: await actor('access_token', { serviceUser: token.serviceUser ?? '' }),
    search: await actor('access_token', { scopes: ['search'], departments: [] }),
    narrow: await actor('secret', { scopes: ['identities:read'] }),
    unlisted: await actor('secret', { ips: ['203.0.113.0/24'] }),
    unlistedOrganization: await actor('secret', { organization: 'org_listed' }),
    revoked: await actor('secret'),
    expired: await actor('secret', { expiresAt: Date.now() - 1 }),
    suspended: await actor('secret', { organization: 'org_suspended' }),
    disabled: await actor('access_token'),
    small: await actor('publishable', { origins }),
  }
  await edge.sql(
    `UPDATE credentials SET quotas = '${ROOMY}' WHERE id <> '${cast.small.id}';
     UPDATE credentials SET revoked_at = 1 WHERE id = '${cast.revoked.id}';
     UPDATE organizations SET suspended_at = 1 WHERE id = 'org_suspended';
     UPDATE service_users SET disabled_at = 1 WHERE id = '${cast.disabled.serviceUser}';
     INSERT INTO organization_ips (organization_id, cidr) VALUES ('org_listed', '203.0.113.0/24')`,
  )
  // Well formed, and of nobody.
  const { value: unknown } = await mintKey(await importPeppers([PEPPER]), 'vk', 'secret', 'live')
  for (const secret of [unknown, ADMIN_TOKEN, PEPPER, edge.signingKey.d]) secrets.add(secret)
  return { ...cast, unknown, forged: forgedFrom(cast.secret.value) }
}

/** The tag of another value. */
function forgedFrom(value: string): string {
  return value.slice(0, -6) + value.slice(-12, -6)
}
