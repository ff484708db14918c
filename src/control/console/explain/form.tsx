// The two questions: which request, or which call.

import { SPELLED } from '../../../lib/header-names.ts'
import { METHODS } from '../../../lib/methods.ts'
import { formatAddress } from '../../../lists/address.ts'
import type { PageContext } from '../context.ts'
import type { Key } from '../keys/read.ts'
import { Choices } from '../kit/choices.tsx'
import type { Fault } from '../kit/fault.ts'
import { Field, optionsOf, Select } from '../kit/field.tsx'
import { Form } from '../kit/form.tsx'
import { FilterForm } from '../kit/listing.tsx'
import { Section } from '../kit/section.tsx'
import type { Question } from './question.ts'

/** Where a call was refused that has answered with its number. */
export function RequestForm({ value }: { value: string }) {
  return (
    <Section id="by-request" title="A request that was made">
      <FilterForm label="Find a request" submit="Find it" main>
        <Field
          name="request"
          label="Request id"
          value={value}
          code
          required
          maxlength={64}
          hint="From the answer’s header X-Request-Id."
        />
      </FilterForm>
    </Section>
  )
}

interface CallFormProps {
  c: PageContext
  asked: Question
  /** The organization’s keys; undefined where there are more than a list can hold. */
  keys: readonly Key[] | undefined
  fault: Fault | undefined
}

export function CallForm({ c, asked, keys, fault }: CallFormProps) {
  const { address } = c.env.context
  return (
    <Section id="by-call" title="A call as it would be">
      <p>Nothing is called, spent or stored by asking.</p>
      <Form c={c} action={c.req.path} submit="Explain" fault={fault}>
        <KeyField keys={keys} asked={asked} />
        <Select name="method" label="Method" options={optionsOf(METHODS)} value={asked.method} />
        <Field
          name="path"
          label="Path"
          value={asked.path}
          placeholder="/api/v1/sessions"
          code
          required
          maxlength={8192}
          hint="A whole address may be pasted; what counts is its path."
        />
        <Field
          name="address"
          label="Address of the caller"
          value={asked.address}
          code
          maxlength={64}
          hint={address ? `Yours is ${formatAddress(address)}.` : 'An IPv4 or IPv6 address.'}
        />
        <Field
          name="origin"
          label="Origin"
          value={asked.origin}
          placeholder="https://app.example.com"
          code
          maxlength={300}
          hint="Of the page, where one calls; else empty."
        />
        {takesDepartment(c) ? (
          <Field
            name="department"
            label="Department"
            value={asked.department}
            maxlength={64}
            hint={`The header ${SPELLED.department}, where a service user calls.`}
          />
        ) : null}
        <Choices
          name="browser"
          legend="Caller"
          type="checkbox"
          choices={[{ value: 'yes', label: 'A browser calls, from another site’s page' }]}
          chosen={asked.browser ? ['yes'] : []}
        />
        {c.get('session').actor.type === 'operator' ? <Credential fault={fault} /> : null}
      </Form>
    </Section>
  )
}

function KeyField({ keys, asked }: Pick<CallFormProps, 'keys' | 'asked'>) {
  const listed = keys && (asked.key === '' || keys.some(({ id }) => id === asked.key))
  if (!listed) {
    return (
      <Field
        name="key"
        label="Key"
        value={asked.key}
        code
        maxlength={64}
        hint="Its id, such as key_…; never its value."
      />
    )
  }
  const options = keys.map(({ id, name, state }) => ({
    value: id,
    label: `${name} (${id}${state === 'active' ? '' : `, ${state}`})`,
  }))
  return (
    <Select
      name="key"
      label="Key"
      options={[{ value: '', label: 'Choose a key' }, ...options]}
      value={asked.key}
    />
  )
}

/** For what a customer sent in: posted, looked at, and neither kept nor shown again. */
function Credential({ fault }: { fault: Fault | undefined }) {
  return (
    <details {...(fault?.field === 'credential' && { open: true })}>
      <summary>Paste a credential instead of choosing a key</summary>
      <Field
        name="credential"
        label="Credential"
        type="password"
        code
        maxlength={8192}
        hint="Operators only, and only if its key is not known: a key’s id tells as much. It is not kept, and not shown again."
      />
    </details>
  )
}

function takesDepartment(c: PageContext): boolean {
  const { products } = c.env.context.edge.catalog
  return products.some(({ routes }) => routes.some(({ department }) => department !== undefined))
}
