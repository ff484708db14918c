// What is asked of a key: its form's content, whether it is a suggestion, a key's own or what was typed.

import { productsFor, scopesByDefault } from '../../../catalog/define.ts'
import { hasChosenScopes, type Kind } from '../../../credentials/kinds.ts'
import type { KeyView } from '../../api/keys/schemas.ts'
import { err, ok, type Result } from '../../../lib/result.ts'
import type { PageContext } from '../context.ts'
import type { Fault } from '../kit/fault.ts'
import { readListField } from '../kit/list-field.tsx'
import { readTimeInput, timeInput } from '../kit/time.tsx'

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

export interface KeyForm {
  readonly name: string
  readonly products: readonly string[]
  readonly scopes: readonly string[]
  readonly ips: readonly string[] | null
  readonly origins: readonly string[] | null
  /** As in the input: UTC. */
  readonly expires: string
  /** Texts as they were typed. */
  readonly typed?: { readonly ips: string; readonly origins: string }
}

/** With what the form is drawn. */
export interface FieldsProps {
  c: PageContext
  kind: Kind
  values: KeyForm
  /** What a key holds already may stay, also where it could not be granted anew. */
  held?: readonly string[]
  fault: Fault | undefined
}

/** The suggestion for a new key: all products of its kind, the default scopes. */
export function suggestion(c: PageContext, kind: Kind): KeyForm {
  const { catalog } = c.env.context.edge
  return {
    name: '',
    products: productChoices(c, kind),
    scopes: hasChosenScopes(kind) ? scopesByDefault(catalog, kind) : [],
    ips: null,
    origins: null,
    expires: '',
  }
}

export function formOfKey({ name, products, scopes, ips, origins, expires_at }: KeyView): KeyForm {
  return { name, products, scopes, ips, origins, expires: timeInput(expires_at) }
}

/** A form as it was sent. */
export interface PostedForm {
  /** What was typed, to be shown again or sent on. */
  readonly values: KeyForm
  /** Unix milliseconds; null: never. */
  readonly expiresAt: number | null
  /** The first thing that is wrong with it: then nothing is sent on. */
  readonly fault: Fault | undefined
}

export function readPost(form: URLSearchParams): PostedForm {
  const expires = form.get('expires_at') ?? ''
  const [ips, origins, expiry] = [
    readListField(form, 'ips'),
    readListField(form, 'origins'),
    readExpiry(expires),
  ]
  return {
    values: {
      name: form.get('name') ?? '',
      products: form.getAll('products'),
      scopes: form.getAll('scopes'),
      ips: ips.ok ? ips.value : null,
      origins: origins.ok ? origins.value : null,
      expires,
      typed: { ips: form.get('ips') ?? '', origins: form.get('origins') ?? '' },
    },
    expiresAt: expiry.ok ? expiry.value : null,
    fault: [ips, origins, expiry].flatMap((one) => (one.ok ? [] : one.error))[0],
  }
}

/** The expiry as it was typed, in Unix milliseconds, or what is wrong with it. */
export function readExpiry(typed: string | null): Result<number | null, Fault> {
  const ms = readTimeInput(typed)
  if (!Number.isNaN(ms)) return ok(ms)
  const sentence = 'must be a date and a time, such as 2027-01-31T12:00'
  return err({ field: 'expires_at', sentence })
}

/** The products of the organization that accept the kind. */
export function productChoices(c: PageContext, kind: Kind): string[] {
  const had = c.get('organization').products
  return productsFor(c.env.context.edge.catalog, kind).filter((product) => had.includes(product))
}
