// What a key's form asks, the same for a new key and for one that is changed, and what was answered.

import { defaultScopes, productsFor } from '../../catalog/define.ts'
import type { Kind } from '../../catalog/define.ts'
import { tokenScopes } from '../../control/grants.ts'
import type { KeyView } from '../../control/keys/read.ts'
import { OPERATIONS } from '../../control/routes.ts'
import type { PageContext } from '../context.ts'
import { Choices } from '../kit/choices.tsx'
import type { Fault } from '../kit/fault.ts'
import { Field } from '../kit/field.tsx'
import { ListField, readListField } from '../kit/list-field.tsx'
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

/** A form's content, whether it comes from a key, from what was typed, or is the suggestion. */
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

/** The suggestion for a new key: all products of its kind, the default scopes. */
export function suggestion(c: PageContext, kind: Kind): KeyForm {
  const { catalog } = c.env.context.edge
  return {
    name: '',
    products: productChoices(c, kind),
    scopes: kind === 'secret' ? defaultScopes(catalog) : [],
    ips: null,
    origins: null,
    expires: '',
  }
}

export function formOfKey({ name, products, scopes, ips, origins, expires_at }: KeyView): KeyForm {
  return { name, products, scopes, ips, origins, expires: timeInput(expires_at) }
}

/** What was typed, to be shown again or sent on. */
export function formOfPost(form: URLSearchParams): KeyForm {
  return {
    name: form.get('name') ?? '',
    products: form.getAll('products'),
    scopes: form.getAll('scopes'),
    ips: readListField(form, 'ips'),
    origins: readListField(form, 'origins'),
    expires: form.get('expires_at') ?? '',
    typed: { ips: form.get('ips') ?? '', origins: form.get('origins') ?? '' },
  }
}

/** The expiry in Unix milliseconds, or what is wrong with it. */
export function readExpiry({ expires }: KeyForm): { ms: number | null } | { fault: Fault } {
  const ms = readTimeInput(expires)
  if (!Number.isNaN(ms)) return { ms }
  const sentence = 'must be a date and a time, such as 2027-01-31T12:00'
  return { fault: { field: 'expires_at', sentence } }
}

interface FieldsProps {
  c: PageContext
  kind: Kind
  values: KeyForm
  /** What a key holds already may stay, also where it could not be granted anew. */
  held?: readonly string[]
  fault: Fault | undefined
}

export function KeyFields({ c, kind, values, held = [], fault }: FieldsProps) {
  const products = productChoices(c, kind)
  return (
    <>
      <Field
        name="name"
        label="Name"
        required
        maxlength={200}
        value={values.name}
        hint="What calls with it, such as “Checkout, production”."
        fault={fault}
      />
      {products.length === 0 ? null : (
        <Choices
          name="products"
          legend="Products"
          type="checkbox"
          choices={products.map((product) => ({ value: product, label: product }))}
          chosen={values.products}
          hint={PRODUCTS_HINT[kind]}
          fault={fault}
        />
      )}
      <Scopes c={c} kind={kind} values={values} held={held} fault={fault} />
      <ListField
        name="ips"
        legend="Addresses"
        anyone="Any address that the organization’s list admits"
        listed="Only these addresses"
        entries={values.ips}
        typed={values.typed?.ips}
        placeholder={'203.0.113.7\n198.51.100.0/24\n2001:db8::/48'}
        hint="IPv4 or IPv6 addresses and CIDR ranges."
        fault={fault}
      />
      {kind === 'publishable' ? (
        <ListField
          name="origins"
          legend="Origins"
          anyone="Any page"
          listed="Only pages of these origins"
          entries={values.origins}
          typed={values.typed?.origins}
          placeholder={'https://app.example.com\nhttps://*.example.com'}
          hint="Scheme, host and port as the browser sends them, without a path."
          fault={fault}
        />
      ) : null}
      <Field
        name="expires_at"
        label="Expires (UTC)"
        type="datetime-local"
        value={values.expires}
        hint={
          kind === 'jwt'
            ? 'Empty: a year from now. It can only be made earlier later on.'
            : 'Empty: never.'
        }
        fault={fault}
      />
    </>
  )
}

const PRODUCTS_HINT: Readonly<Record<Kind, string>> = {
  secret: 'What the key may call, within its scopes.',
  publishable: 'What pages may call with it.',
  jwt: 'Named in the key itself: to add one later, rotate it.',
  access_token: 'What the service user may call with it.',
}

/** The products of the organization that accept the kind. */
export function productChoices(c: PageContext, kind: Kind): string[] {
  const had = c.get('organization').products
  return productsFor(c.env.context.edge.catalog, kind).filter((product) => had.includes(product))
}

/** Scopes by which a key manages this organization through the API. */
const MANAGEMENT: ReadonlySet<string> = new Set(
  Object.values(OPERATIONS).flatMap(({ access }) => (typeof access === 'string' ? [] : access)),
)

function Scopes({ c, kind, values, held = [], fault }: FieldsProps) {
  const { catalog } = c.env.context.edge
  if (kind === 'jwt' || kind === 'publishable') return null
  const known = kind === 'secret' ? Object.keys(catalog.scopes) : tokenScopes(catalog)
  const all = [...known, ...held.filter((scope) => !known.includes(scope))]
  const choices = (management: boolean) =>
    all
      .filter((scope) => MANAGEMENT.has(scope) === management)
      .map((value) => ({
        value,
        label: <code>{value}</code>,
        hint: catalog.scopes[value]?.description,
      }))
  const management = choices(true)
  return (
    <>
      <Choices
        name="scopes"
        legend="Scopes"
        type="checkbox"
        choices={choices(false)}
        chosen={values.scopes}
        hint="What the key may do in its products."
        fault={fault}
      />
      {management.length === 0 ? null : (
        <div class="notice warn">
          <Choices
            name="scopes"
            id="management"
            legend="Management scopes"
            type="checkbox"
            choices={management}
            chosen={values.scopes}
            hint="Whoever has a key with these can read or change this organization’s keys, settings, webhooks and accounts. Give them to your own tools only, never to a product’s key."
          />
        </div>
      )}
    </>
  )
}
