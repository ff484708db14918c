// The Workers of a deployment and where each is configured. Plain data.

/** The Workers of a deployment; the first is what requests reach. */
export const ROLES = ['gate', 'guard', 'control'] as const
export type Role = (typeof ROLES)[number]

/** One of something for each Worker. */
export type ByRole<T> = Readonly<Record<Role, T>>

/** Makes one of something for each Worker. */
export function byRole<T>(make: (role: Role) => T): ByRole<T> {
  return { gate: make('gate'), guard: make('guard'), control: make('control') }
}

/** Where each Worker is configured, below the project. */
export const CONFIGS: ByRole<string> = {
  gate: 'wrangler.toml',
  guard: 'src/guard/wrangler.toml',
  control: 'src/control/wrangler.toml',
}

/** The secrets that each needs, by the names that its `wrangler.toml` requires. */
export const SECRETS: ByRole<readonly string[]> = {
  gate: ['KEY_PEPPER', 'SIGNING_KEYS'],
  guard: [],
  control: ['KEY_PEPPER', 'SIGNING_KEYS', 'ADMIN_TOKEN'],
}

const BOTH = {
  DB: 'D1 database',
  RECORDS: 'KV namespace',
  KEY_GUARD: 'Durable Object namespace of class KeyGuard',
  AUDIT: 'queue producer',
} as const

/** What each is bound to, in words for the operator. */
export const BINDINGS = {
  gate: {
    ...BOTH,
    AUTH_FAILURES: 'rate limit',
    LOOKUP_FAILURES: 'rate limit',
    CONTROL: 'service, the Worker of src/control',
  },
  guard: { DB: BOTH.DB },
  control: {
    ...BOTH,
    TRIES: 'Durable Object namespace of class TryCounter',
    FENCES: 'queue producer',
    WEBHOOKS: 'queue producer',
  },
} as const satisfies ByRole<Readonly<Record<string, string>>>
