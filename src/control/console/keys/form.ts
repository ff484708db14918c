// What is asked of a key by its form, for a new key and for one that is changed.

import { productsFor, scopesByDefault } from '../../../catalog/define.ts'
import { hasChosenScopes, type Kind } from '../../../credentials/kinds.ts'
import { err, ok, type Result } from '../../../lib/result.ts'
import type { PageContext } from '../context.ts'
import type { Fault } from '../kit/fault.ts'
import { readListField } from '../kit/list-field.tsx'
import { readTimeInput } from '../kit/time.tsx'
import type { Key } from './read.ts'

/** The fields at which a refusal of the API is shown, as their labels call them. */
export const KEY_LABELS = {
  name: 'Name',
  environment: 'Environment',
  products: 'Products',
  scopes: 'Scopes',
  ips: 'Addresses',
  origins: 'Origins',
  expires_at: 'Expires',
}

export type KeyForm = Pick<Key, 'name' | 'products' | 'scopes' | 'ips' | 'origins' | 'expires_at'>

/** With what the form is drawn. */
export interface FieldsProps {
  c: PageContext
  kind: Kind
  /** What it shows until something is typed. */
  initial: KeyForm
  /** What a key holds already may stay, also where it could not be granted anew. */
  held?: readonly string[]
}

/** The suggestion for a new key: all products of its kind, the default scopes. */
export function suggestion(c: PageContext, kind: Kind): KeyForm {
  const { catalog } = c.env.context.edge
  const scopes = hasChosenScopes(kind) ? [...scopesByDefault(catalog, kind)] : []
  const open = { ips: null, origins: null, expires_at: null }
  return { name: '', products: productChoices(c, kind), scopes, ...open }
}

/** The form as it was sent, or the first thing that is wrong with it: then nothing is sent on. */
export function readPost(form: URLSearchParams): Result<KeyForm, Fault> {
  const ips = readListField(form, 'ips')
  if (!ips.ok) return ips
  const origins = readListField(form, 'origins')
  if (!origins.ok) return origins
  const expiry = readExpiry(form)
  if (!expiry.ok) return expiry
  return ok({
    name: form.get('name') ?? '',
    products: form.getAll('products'),
    scopes: form.getAll('scopes'),
    ...{ ips: ips.value, origins: origins.value, expires_at: expiry.value },
  })
}

/** The expiry that was typed, in Unix milliseconds, null for never, or what is wrong with it. */
export function readExpiry(form: URLSearchParams): Result<number | null, Fault> {
  const ms = readTimeInput(form.get('expires_at'))
  if (!Number.isNaN(ms)) return ok(ms)
  const sentence = 'must be a date and a time, such as 2027-01-31T12:00'
  return err({ field: 'expires_at', sentence })
}

/** The products of the organization that accept the kind. */
export function productChoices(c: PageContext, kind: Kind): string[] {
  const had = c.get('organization').products
  return productsFor(c.env.context.edge.catalog, kind).filter((product) => had.includes(product))
}
