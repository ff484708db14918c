// What doctor reads of a database.

export interface OrganizationFacts {
  readonly id: string
  readonly plan: string
  readonly products: string
  readonly ip_restricted: 0 | 1
  readonly suspended_at: number | null
  readonly entries: number
}

export interface CredentialFacts {
  readonly id: string
  readonly kind: string
  readonly scopes: string
  readonly products: string
  readonly quotas: string
  readonly ip_restricted: 0 | 1
  readonly origin_restricted: 0 | 1
  readonly ips: number
  readonly origins: number
  readonly expires_at: number | null
  readonly generation: number | null
  readonly user: string | null
  readonly disabled_at: number | null
  readonly departments: string | null
}

export interface EntryFacts {
  readonly list: 'organization_ips' | 'credential_ips' | 'credential_origins'
  readonly owner: string
  readonly entry: string
}

export interface PendingFacts {
  readonly credential_id: string
  readonly created_at: number
}

export interface OwnerFacts {
  readonly origin: string
  readonly owner: string | null
}

/** The tables that `SELECT_FACTS` reads. */
export const READ_TABLES: readonly string[] = [
  'organizations',
  'service_users',
  'credentials',
  'organization_ips',
  'credential_ips',
  'credential_origins',
  'origin_owners',
  'generations',
  'pending_fences',
]

/** Each line one statement; credentials that are revoked refuse by intention and are left out. */
export const SELECT_FACTS = [
  `SELECT id, plan, products, ip_restricted, suspended_at, (SELECT count(*) FROM organization_ips WHERE organization_id = o.id) AS entries FROM organizations o ORDER BY id;`,
  `SELECT c.id, c.kind, c.scopes, c.products, c.quotas, c.ip_restricted, c.origin_restricted, (SELECT count(*) FROM credential_ips WHERE credential_id = c.id) AS ips, (SELECT count(*) FROM credential_origins WHERE credential_id = c.id) AS origins, c.expires_at, g.generation, s.id AS user, s.disabled_at, s.departments FROM credentials c LEFT JOIN generations g ON g.credential_id = c.id LEFT JOIN service_users s ON s.id = c.service_user_id WHERE c.revoked_at IS NULL ORDER BY c.id;`,
  `SELECT 'organization_ips' AS list, organization_id AS owner, cidr AS entry FROM organization_ips UNION ALL SELECT 'credential_ips', credential_id, cidr FROM credential_ips UNION ALL SELECT 'credential_origins', credential_id, origin FROM credential_origins ORDER BY 1, 2, 3;`,
  `SELECT credential_id, created_at FROM pending_fences ORDER BY created_at;`,
  `SELECT origin, owner FROM origin_owners ORDER BY origin;`,
] as const
