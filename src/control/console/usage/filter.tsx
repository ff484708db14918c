// The period, what is counted, and by what it is shown.

import type { PageContext } from '../context.ts'
import { Field, Select } from '../kit/field.tsx'
import type { Fault } from '../kit/fault.ts'
import { Tabs } from '../kit/tabs.tsx'
import { withQuery } from '../urls.ts'
import { LABELS, type Asked } from './asked.ts'
import { GROUPS } from './group.ts'
import { lastDays, PERIODS } from './period.ts'

interface FilterProps {
  c: PageContext
  asked: Asked
  /** The period's, or the API's. */
  fault: Fault | undefined
}

export function Filter({ c, asked, fault }: FilterProps) {
  return (
    <>
      <Periods c={c} asked={asked} />
      <form method="get" action={c.req.path} class="filter" aria-label="Narrow the usage">
        <Ends c={c} asked={asked} fault={fault} />
        <Field
          name="key"
          label={LABELS.key}
          value={asked.narrowing.key}
          placeholder="key_…"
          code
          maxlength={64}
          fault={fault}
        />
        <Products c={c} asked={asked} fault={fault} />
        <Select
          name="group"
          label={LABELS.group}
          options={Object.entries(GROUPS).map(([value, label]) => ({ value, label }))}
          value={asked.group}
        />
        <button type="submit" class="quiet">
          Show
        </button>
      </form>
    </>
  )
}

/** What was typed, also where it is no day. */
function Ends({ c, asked, fault }: FilterProps) {
  const value = (name: 'from' | 'to'): string | undefined =>
    asked.fault ? c.req.query(name) : asked.narrowing[name]
  return (
    <>
      {(['from', 'to'] as const).map((name) => (
        <Field name={name} label={LABELS[name]} type="date" value={value(name)} fault={fault} />
      ))}
    </>
  )
}

function Products({ c, asked: { narrowing }, fault }: FilterProps) {
  const products = c.env.context.edge.catalog.products.map(({ id }) => id)
  const asked = narrowing.product
  // `edge` is the management API itself.
  const all = [...new Set([...products, 'edge', ...(asked === '' ? [] : [asked])])]
  return (
    <Select
      name="product"
      label={LABELS.product}
      options={[{ value: '', label: 'All' }, ...all.map((value) => ({ value, label: value }))]}
      value={asked}
      fault={fault}
    />
  )
}

function Periods({ c, asked: { narrowing, group } }: Omit<FilterProps, 'fault'>) {
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
