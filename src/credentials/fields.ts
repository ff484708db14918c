// Each field of a credential, once: where D1 has it and of which form it is. From this come the record
// that the gate decides by, with its query and its form in KV, and the key that the management API shows.
// Whatever the record reads of a row, an edit of it must raise the generation: a test compares what is
// named here with the triggers of schema.sql.

import {
  id,
  integer,
  list,
  notes,
  oneOf,
  owners,
  quotas,
  readObject,
  readStored,
  text,
  textOrNull,
  texts,
  time,
  type Form,
} from './forms.ts'
import { ENVIRONMENTS, KIND_NAMES } from './kinds.ts'

/**
 * A field in SQL and as a value. `c` is the credential, `g` its generation, `o` its organization, `s` its
 * service user.
 */
export interface Field<T, N extends string = string> {
  readonly form: N
  /** The columns of a row that it is made of: name → expression. */
  readonly columns: Readonly<Record<string, string>>
  /** @throws Malformed, or SyntaxError */
  readonly fromRow: (row: Readonly<Record<string, unknown>>) => T
  /** Of a value that has been parsed from JSON. @throws Malformed */
  readonly fromJson: (value: unknown) => T
  /** D1 keeps it as JSON text. */
  readonly json: boolean
}

/** What a field's value is. */
export type ValueOf<F> = F extends Field<infer T> ? T : never
type Values<Fields> = { readonly [K in keyof Fields]: ValueOf<Fields[K]> }

/** One column, or an expression that is called like one. */
function column<T, N extends string>(
  sql: string,
  form: Form<T, N>,
  name = sql.slice(sql.indexOf('.') + 1),
): Field<T, N> {
  return {
    form: form.name,
    columns: { [name]: sql },
    fromRow: (row) => readStored(form, row[name]),
    fromJson: form.read,
    json: form.stored === 'json',
  }
}

/** The entries of a list where the owner is restricted to it, else null. */
function entries(owner: 'c' | 'o', flag: string, table: string, by: string, entry: string): string {
  return `CASE WHEN ${owner}.${flag} THEN (SELECT json_group_array(${entry}) FROM ${table}
      WHERE ${by} = ${owner}.id) END`
}

const SERVICE_USER = {
  id: column('s.id', text, 'su_id'),
  sourceSystem: column('s.source_system', text),
  departments: column('s.departments', texts),
  disabledAt: column('s.disabled_at', time),
} as const
export type ServiceUser = Values<typeof SERVICE_USER>

/** Null where the credential names none; one that is named must be there, and of its organization. */
const serviceUser: Field<ServiceUser | null, 'serviceUser'> = {
  form: 'serviceUser',
  columns: {
    service_user_id: 'c.service_user_id',
    ...columnsOf(SERVICE_USER),
  },
  fromRow: (row) => (row['service_user_id'] === null ? null : rowOf(SERVICE_USER, row)),
  fromJson: (value) => (value === null ? null : jsonOf(SERVICE_USER, value)),
  json: false,
}

/** What the gate decides by. */
export const RECORD = {
  id: column('c.id', id),
  generation: column('g.generation', integer),
  kind: column('c.kind', oneOf('kind', KIND_NAMES)),
  environment: column('c.environment', oneOf('environment', ENVIRONMENTS)),
  organizationId: column('c.organization_id', text),
  plan: column('o.plan', text),
  scopes: column('c.scopes', texts),
  products: column('c.products', texts),
  organizationProducts: column('o.products', texts, 'organization_products'),
  /** Quotas by limit name that replace the plan's. */
  quotas: column('c.quotas', quotas),
  serviceUser,
  organizationIps: column(
    entries('o', 'ip_restricted', 'organization_ips', 'organization_id', 'cidr'),
    list,
    'organization_ips',
  ),
  keyIps: column(
    entries('c', 'ip_restricted', 'credential_ips', 'credential_id', 'cidr'),
    list,
    'key_ips',
  ),
  origins: column(
    entries('c', 'origin_restricted', 'credential_origins', 'credential_id', 'origin'),
    list,
    'origins',
  ),
  /** Of the wildcards among them; one that is not here is unreadable. */
  originOwners: column(
    `(SELECT json_group_object(w.origin, w.owner) FROM credential_origins e
      JOIN origin_owners w ON w.origin = e.origin
      WHERE e.credential_id = c.id AND w.owner IS NOT NULL)`,
    owners,
    'origin_owners',
  ),
  expiresAt: column('c.expires_at', time),
  revokedAt: column('c.revoked_at', time),
  organizationSuspendedAt: column('o.suspended_at', time),
} as const

/** What the management API shows of a key, by its names there; `state` it works out besides. */
export const SHOWN = {
  id: RECORD.id,
  organization_id: RECORD.organizationId,
  service_user_id: column('c.service_user_id', textOrNull),
  kind: RECORD.kind,
  environment: RECORD.environment,
  name: column('c.name', text),
  scopes: RECORD.scopes,
  products: RECORD.products,
  quotas: RECORD.quotas,
  ips: RECORD.keyIps,
  origins: RECORD.origins,
  metadata: column('c.metadata', notes),
  created_at: column('c.created_at', integer),
  expires_at: RECORD.expiresAt,
  revoked_at: RECORD.revokedAt,
  last_used_at: column(
    '(SELECT last_used_at FROM credential_usage WHERE key = c.id)',
    time,
    'last_used_at',
  ),
  rotated_to: column('c.rotated_to', textOrNull),
} as const

export type FormName = (typeof SHOWN)[keyof typeof SHOWN]['form']

function columnsOf(fields: Readonly<Record<string, Field<unknown>>>): Record<string, string> {
  return Object.fromEntries(Object.values(fields).flatMap(({ columns }) => Object.entries(columns)))
}

/** For a SELECT: every column of the fields, under its name. */
export function selected(fields: Readonly<Record<string, Field<unknown>>>): string {
  return Object.entries(columnsOf(fields))
    .map(([name, sql]) => `${sql} AS ${name}`)
    .join(', ')
}

/** The fields as a row has them. @throws Malformed, or SyntaxError */
export function rowOf<F extends Readonly<Record<string, Field<unknown>>>>(
  fields: F,
  row: Readonly<Record<string, unknown>>,
): Values<F> {
  const read: Record<string, unknown> = {}
  for (const name in fields) read[name] = fields[name]?.fromRow(row)
  return read as Values<F>
}

/** The fields of what JSON gave; members besides are left out. @throws Malformed */
export function jsonOf<F extends Readonly<Record<string, Field<unknown>>>>(
  fields: F,
  value: unknown,
): Values<F> {
  const members = readObject(value)
  const read: Record<string, unknown> = {}
  for (const name in fields) read[name] = fields[name]?.fromJson(members[name])
  return read as Values<F>
}
