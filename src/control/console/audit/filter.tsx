// What the audit can be searched by.

import { ENVIRONMENTS, KIND_NAMES } from '../../../credentials/kinds.ts'
import type { PageContext } from '../context.ts'
import { Field, optionsOf, Select, type InputProps } from '../kit/field.tsx'
import { FilterForm } from '../kit/listing.tsx'
import type { Fault } from '../kit/fault.ts'
import { GATE_REASONS } from '../../../reasons/gate.ts'
import { FIELDS, isDetailed, type Search, type Field as Name } from './search.ts'

interface FilterProps {
  c: PageContext
  asked: Search
  fault: Fault | undefined
}

export function Filter({ c, asked, fault }: FilterProps) {
  const products = c.env.context.edge.catalog.products.map(({ id }) => id)
  const label = 'Search the audit'
  return (
    <FilterForm action={c.req.path} label={label} submit="Search" main fault={fault}>
      <Text asked={asked} name="key" placeholder="key_…" />
      {/* `edge` is the management API itself. */}
      <Choice asked={asked} name="product" known={[...products, 'edge']} />
      <Choice asked={asked} name="decision" known={['forwarded', 'refused']} />
      <Choice asked={asked} name="reason" known={Object.keys(GATE_REASONS)} />
      <Text asked={asked} name="request_id" />
      <Text asked={asked} name="from" type="datetime-local" />
      <Text asked={asked} name="to" type="datetime-local" />
      <details {...(isDetailed(asked, fault) && { open: true })}>
        <summary>More to search by</summary>
        <div class="filter">
          <Select name="caller" label={FIELDS.caller} options={CALLERS} value={asked.caller} />
          <Text asked={asked} name="actor" placeholder="person:ann@example.com" maxlength={320} />
          <Text asked={asked} name="service_user" placeholder="su_…" />
          <Text asked={asked} name="source_system" />
          <Choice asked={asked} name="kind" known={KIND_NAMES} />
          <Choice asked={asked} name="environment" known={ENVIRONMENTS} />
          <Text asked={asked} name="method" placeholder="GET" maxlength={16} />
          <Text asked={asked} name="path" placeholder="/api/v1/" maxlength={2048} />
          <Text asked={asked} name="route" maxlength={512} />
          <Text asked={asked} name="status" placeholder="404 or 4xx" maxlength={3} />
          <Text asked={asked} name="client_ip" placeholder="198.51.100.7" />
          <Text asked={asked} name="credits" type="number" min={0} />
          <Text asked={asked} name="upstream_ms" type="number" min={0} />
          <Whose c={c} asked={asked} />
        </div>
      </details>
    </FilterForm>
  )
}

const CALLERS = optionsOf({ credential: 'Keys', person: 'People' }, 'Anyone')

interface Given {
  asked: Search
  name: Name
}

function Text({
  asked,
  name,
  ...input
}: Given & Pick<InputProps, 'type' | 'placeholder' | 'maxlength' | 'min'>) {
  const code = input.type === undefined && { code: true, maxlength: 64 }
  return <Field name={name} label={FIELDS[name]} value={asked[name]} {...code} {...input} />
}

/** What was asked is a choice as well, also where it is none that is known. */
function Choice({ asked, name, known }: Given & { known: readonly string[] }) {
  const value = asked[name]
  const all = value === '' || known.includes(value) ? known : [...known, value]
  return <Select name={name} label={FIELDS[name]} options={optionsOf(all, 'Any')} value={value} />
}

/** What nobody was recognised for belongs to no organization; operators alone see it. */
function Whose({ c, asked }: { c: PageContext; asked: Search }) {
  if (c.get('session').actor.type !== 'operator') return null
  const options = optionsOf({ nobody: 'Nobody recognised' }, 'This organization')
  return (
    <Select name="of" label="Calls of" options={options} value={asked.nobody ? 'nobody' : ''} />
  )
}
