// The fields of a key's form, the same for a new key and for one that is changed.

import { hasOrigins, isSigned } from '../../../credentials/kinds.ts'
import { WORDS as LISTS } from '../allowlists/read.ts'
import { Choices, choicesOf } from '../kit/choices.tsx'
import { Field, NameField } from '../kit/field.tsx'
import { ListField } from '../kit/list-field.tsx'
import { timeInput } from '../kit/time.tsx'
import { productChoices, type FieldsProps } from './form.ts'
import { WORDS } from './kinds.ts'
import { Scopes } from './scopes.tsx'

export function KeyFields({ c, kind, initial, held = [] }: FieldsProps) {
  const products = productChoices(c, kind)
  return (
    <>
      <NameField value={initial.name} hint="What calls with it, such as “Checkout, production”." />
      {products.length === 0 ? null : (
        <Choices
          name="products"
          legend="Products"
          type="checkbox"
          choices={choicesOf(products)}
          chosen={initial.products}
          hint={WORDS[kind].products}
        />
      )}
      <Scopes c={c} kind={kind} initial={initial} held={held} />
      <ListField
        name="ips"
        legend="Addresses"
        anyone="Any address that the organization’s list admits"
        listed="Only these addresses"
        entries={initial.ips}
        placeholder={LISTS.ips.placeholder}
        hint="IPv4 or IPv6 addresses and CIDR ranges."
      />
      {hasOrigins(kind) ? (
        <ListField
          name="origins"
          legend="Origins"
          anyone="Any page"
          listed="Only pages of these origins"
          entries={initial.origins}
          placeholder={LISTS.origins.placeholder}
          hint="Scheme, host and port as the browser sends them, without a path."
        />
      ) : null}
      <ExpiryField
        value={initial.expires_at}
        hint={
          isSigned(kind)
            ? 'Empty: a year from now. It can only be made earlier later on.'
            : 'Empty: never.'
        }
      />
    </>
  )
}

const ENVIRONMENTS = [
  { value: 'live', label: 'Live' },
  { value: 'sandbox', label: 'Sandbox', hint: 'Reaches the products’ sandbox alone.' },
]

export function EnvironmentField() {
  const props = { legend: 'Environment', type: 'radio', choices: ENVIRONMENTS } as const
  return <Choices name="environment" {...props} chosen={['live']} />
}

export function ExpiryField({ value, hint }: { value: number | null; hint: string }) {
  const label = 'Expires (UTC)'
  const type = 'datetime-local'
  return <Field name="expires_at" label={label} type={type} value={timeInput(value)} hint={hint} />
}
