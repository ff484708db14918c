// What the audit can be searched by.

import { ENVIRONMENTS, KIND_NAMES } from '../../../credentials/kinds.ts'
import type { PageContext } from '../context.ts'
import { Field, Select, type InputProps, type Option } from '../kit/field.tsx'
import type { Fault } from '../kit/fault.ts'
import { GATE_REASONS } from '../../../reasons/gate.ts'
import { FIELDS, isDetailed, type Asked, type Field as Name } from './asked.ts'

interface FilterProps {
  c: PageContext
  asked: Asked
  fault: Fault | undefined
}

export function Filter({ c, asked, fault }: FilterProps) {
  const given = { asked, fault }
  const products = c.env.context.edge.catalog.products.map(({ id }) => id)
  return (
    <form method="get" action={c.req.path} class="filter" aria-label="Search the audit">
      <Text {...given} name="key" placeholder="key_…" />
      {/* `edge` is the management API itself. */}
      <Choice {...given} name="product" known={[...products, 'edge']} />
      <Choice {...given} name="decision" known={['forwarded', 'refused']} />
      <Choice {...given} name="reason" known={Object.keys(GATE_REASONS)} />
      <Text {...given} name="request_id" />
      <Text {...given} name="from" type="datetime-local" />
      <Text {...given} name="to" type="datetime-local" />
      <details {...(isDetailed(asked, fault) && { open: true })}>
        <summary>More to search by</summary>
        <div class="filter">
          <Select
            name="caller"
            label={FIELDS.caller}
            options={CALLERS}
            value={asked.caller}
            fault={fault}
          />
          <Text {...given} name="actor" placeholder="person:ann@example.com" maxlength={320} />
          <Text {...given} name="service_user" placeholder="su_…" />
          <Text {...given} name="source_system" />
          <Choice {...given} name="kind" known={KIND_NAMES} />
          <Choice {...given} name="environment" known={ENVIRONMENTS} />
          <Text {...given} name="method" placeholder="GET" maxlength={16} />
          <Text {...given} name="path" placeholder="/api/v1/" maxlength={2048} />
          <Text {...given} name="route" maxlength={512} />
          <Text {...given} name="status" placeholder="404 or 4xx" maxlength={3} />
          <Text {...given} name="client_ip" placeholder="198.51.100.7" />
          <Text {...given} name="credits" type="number" min={0} />
          <Text {...given} name="upstream_ms" type="number" min={0} />
          <Whose c={c} asked={asked} />
        </div>
      </details>
      <button type="submit">Search</button>
    </form>
  )
}

const CALLERS: readonly Option[] = [
  { value: '', label: 'Anyone' },
  { value: 'credential', label: 'Keys' },
  { value: 'person', label: 'People' },
]

type Given = Omit<FilterProps, 'c'> & { name: Name }

function Text({
  asked,
  fault,
  name,
  ...input
}: Given & Pick<InputProps, 'type' | 'placeholder' | 'maxlength' | 'min'>) {
  const code = input.type === undefined
  return (
    <Field
      name={name}
      label={FIELDS[name]}
      value={asked[name]}
      fault={fault}
      {...(code && { code, maxlength: 64 })}
      {...input}
    />
  )
}

/** What was asked is a choice as well, also where it is none that is known. */
function Choice({ asked, fault, name, known }: Given & { known: readonly string[] }) {
  const value = asked[name]
  const all = value === '' || known.includes(value) ? known : [...known, value]
  const options = [{ value: '', label: 'Any' }, ...all.map((one) => ({ value: one, label: one }))]
  return <Select name={name} label={FIELDS[name]} options={options} value={value} fault={fault} />
}

/** What nobody was recognised for belongs to no organization; operators alone see it. */
function Whose({ c, asked }: Omit<FilterProps, 'fault'>) {
  if (c.get('session').actor.type !== 'operator') return null
  const options = [
    { value: '', label: 'This organization' },
    { value: 'nobody', label: 'Nobody recognised' },
  ]
  return (
    <Select name="of" label="Calls of" options={options} value={asked.nobody ? 'nobody' : ''} />
  )
}
