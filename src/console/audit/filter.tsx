// What the audit can be searched by.

import type { PageContext } from '../context.ts'
import { FaultOf, Field, Select } from '../kit/field.tsx'
import type { Fault } from '../kit/fault.ts'
import type { Option } from '../kit/field.tsx'
import { GATE_REASONS } from '../reasons.ts'
import { FIELDS } from './asked.ts'
import type { Asked } from './asked.ts'

interface FilterProps {
  c: PageContext
  asked: Asked
  fault: Fault | undefined
}

export function Filter({ c, asked, fault }: FilterProps) {
  const products = c.env.context.edge.catalog.products.map(({ id }) => id)
  // `edge` is the management API itself.
  const known = { product: [...products, 'edge'], reason: GATE_REASONS }
  const text = (name: 'key' | 'service_user' | 'source_system' | 'request_id') => (
    <Field name={name} label={FIELDS[name]} value={asked[name]} code maxlength={64} fault={fault} />
  )
  const time = (name: 'from' | 'to') => (
    <Field
      name={name}
      label={FIELDS[name]}
      type="datetime-local"
      value={asked[name]}
      fault={fault}
    />
  )
  const choice = (name: 'product' | 'reason') => (
    <Select
      name={name}
      label={FIELDS[name]}
      options={choicesOf(known[name], asked[name])}
      value={asked[name]}
      fault={fault}
    />
  )
  return (
    <form method="get" action={c.req.path} class="filter" aria-label="Search the audit">
      {text('key')}
      {text('service_user')}
      {text('source_system')}
      {choice('product')}
      <Select
        name="decision"
        label={FIELDS.decision}
        options={choicesOf(['forwarded', 'refused'], asked.decision)}
        value={asked.decision}
        fault={fault}
      />
      {choice('reason')}
      {text('request_id')}
      {time('from')}
      {time('to')}
      <Whose c={c} asked={asked} fault={fault} />
      <button type="submit">Search</button>
    </form>
  )
}

/** What nobody was recognised for belongs to no organization; operators alone see it. */
function Whose({ c, asked, fault }: FilterProps) {
  if (c.get('session').actor.type !== 'operator') return null
  const options = [
    { value: '', label: 'This organization' },
    { value: 'nobody', label: 'Nobody recognised' },
  ]
  return (
    <>
      <Select name="of" label="Calls of" options={options} value={asked.nobody ? 'nobody' : ''} />
      <FaultOf name="organization" fault={fault} />
    </>
  )
}

/** What was asked is a choice as well, also where it is none that is known. */
function choicesOf(known: readonly string[], asked: string): Option[] {
  const all = asked === '' || known.includes(asked) ? known : [...known, asked]
  return [{ value: '', label: 'Any' }, ...all.map((value) => ({ value, label: value }))]
}
