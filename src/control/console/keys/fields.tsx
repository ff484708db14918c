// The fields of a key's form, the same for a new key and for one that is changed.

import { hasOrigins, isSigned } from '../../../credentials/kinds.ts'
import { Choices } from '../kit/choices.tsx'
import { Field, NameField } from '../kit/field.tsx'
import { ListField } from '../kit/list-field.tsx'
import { productChoices, type FieldsProps } from './form.ts'
import { WORDS } from './kinds.ts'
import { Scopes } from './scopes.tsx'

export function KeyFields({ c, kind, values, held = [], fault }: FieldsProps) {
  const products = productChoices(c, kind)
  return (
    <>
      <NameField
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
          hint={WORDS[kind].products}
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
      {hasOrigins(kind) ? (
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
          isSigned(kind)
            ? 'Empty: a year from now. It can only be made earlier later on.'
            : 'Empty: never.'
        }
        fault={fault}
      />
    </>
  )
}
