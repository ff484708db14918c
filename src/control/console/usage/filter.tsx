// The period, what is counted, and by what it is shown.

import type { PageContext } from '../context.ts'
import { Field, optionsOf, Select } from '../kit/field.tsx'
import type { Fault } from '../kit/fault.ts'
import { FilterForm } from '../kit/listing.tsx'
import { Tabs } from '../kit/tabs.tsx'
import { withQuery } from '../urls.ts'
import { LABELS, type UsageQuery } from './query.ts'
import { GROUPS } from './group.ts'
import { lastDays, PERIODS } from './period.ts'

interface AskedProps {
  c: PageContext
  asked: UsageQuery
}

interface FilterProps extends AskedProps {
  /** The period's, or the API's. */
  fault: Fault | undefined
}

export function Filter({ c, asked, fault }: FilterProps) {
  return (
    <>
      <Periods c={c} asked={asked} />
      <FilterForm action={c.req.path} label="Narrow the usage" submit="Show" fault={fault}>
        <Ends c={c} asked={asked} />
        <Field
          name="key"
          label={LABELS.key}
          value={asked.narrowing.key}
          placeholder="key_…"
          code
          maxlength={64}
        />
        <Products c={c} asked={asked} />
        <Select name="group" label={LABELS.group} options={optionsOf(GROUPS)} value={asked.group} />
      </FilterForm>
    </>
  )
}

/** What was typed, also where it is no day. */
function Ends({ c, asked }: AskedProps) {
  const value = (name: 'from' | 'to'): string | undefined =>
    asked.fault ? c.req.query(name) : asked.narrowing[name]
  return (
    <>
      {(['from', 'to'] as const).map((name) => (
        <Field name={name} label={LABELS[name]} type="date" value={value(name)} />
      ))}
    </>
  )
}

function Products({ c, asked: { narrowing } }: AskedProps) {
  const products = c.env.context.edge.catalog.products.map(({ id }) => id)
  const asked = narrowing.product
  // `edge` is the management API itself.
  const all = [...new Set([...products, 'edge', ...(asked === '' ? [] : [asked])])]
  const options = optionsOf(all, 'All')
  return <Select name="product" label={LABELS.product} options={options} value={asked} />
}

function Periods({ c, asked: { narrowing, group } }: AskedProps) {
  const { key, product } = narrowing
  const tabs = PERIODS.map((days) => {
    const period = lastDays(days, c.env.context.nowMs)
    return {
      label: `${days} days`,
      href: withQuery(c.req.path, { ...period, key, product, group }),
      here: period.from === narrowing.from && period.to === narrowing.to,
    }
  })
  return <Tabs label="Period" tabs={tabs} />
}
