// Usage: requests, refusals and credits as chart and as table, and why calls were refused.

import type { PageContext } from '../context.ts'
import { Empty } from '../kit/empty.tsx'
import { faultOf, type Fault } from '../kit/fault.ts'
import { Buttons } from '../kit/link.tsx'
import { Problem } from '../kit/problem.tsx'
import { page, type Answered } from '../respond.tsx'
import { pageUrl, withQuery } from '../urls.ts'
import { LABELS, readQuery, type UsageQuery } from './query.ts'
import { DayChart, RankedChart } from './chart.tsx'
import { Filter } from './filter.tsx'
import { barsOf, type Bar } from './group.ts'
import { numberText } from '../kit/number.ts'
import { daysOf } from './period.ts'
import { keyNames, readUsage, type Usage } from './read.ts'
import { readRefusals, RefusalsByReason } from './refusals.tsx'
import { UsageTable } from './table.tsx'

export async function showUsage(c: PageContext): Promise<Response> {
  const asked = readQuery(c)
  if (asked.fault) return faultyPage(c, asked, asked.fault)
  const { narrowing, group } = asked
  const usage = await readUsage(c, narrowing, group)
  if (!usage.ok) return faultyPage(c, asked, faultOf(usage, LABELS))
  const [refusals, names] = await Promise.all([
    readRefusals(c, narrowing),
    keyNames(c, usage.value.rows),
  ])
  return page(
    c,
    { title: 'Usage' },
    <>
      <Filter c={c} asked={asked} fault={undefined} />
      <Shown c={c} asked={asked} usage={usage.value} names={names} />
      <RefusalsByReason c={c} found={refusals} asked={narrowing} />
    </>,
  )
}

/** The form again with what was typed, and what is wrong with it. */
function faultyPage(c: PageContext, asked: UsageQuery, fault: Fault): Answered {
  return page(
    c,
    { title: 'Usage', fault },
    <>
      <Problem asked fault={fault} labels={LABELS} />
      <Filter c={c} asked={asked} fault={fault} />
    </>,
  )
}

interface ShownProps {
  c: PageContext
  asked: UsageQuery
  usage: Usage
  /** Of keys, by their ids. */
  names: ReadonlyMap<string, string>
}

function Shown({ c, asked: { narrowing, group }, usage, names }: ShownProps) {
  const { rows, cut, total } = usage
  if (rows.length === 0) {
    return (
      <Empty title="Nothing was called in this time.">
        <p>
          {narrowing.key === '' && narrowing.product === '' ? (
            'Choose another period, or make a first call.'
          ) : (
            <a href={c.req.path}>See all keys and products</a>
          )}
        </p>
      </Empty>
    )
  }
  const bars = barsOf(rows, group, daysOf(narrowing))
  const nameOf = ({ id }: Bar): string => names.get(id) ?? (id || `no ${group}`)
  const Chart = group === 'day' ? DayChart : RankedChart
  const file = withQuery(pageUrl(c.get('organization').id, 'usage', 'export'), { ...narrowing })
  return (
    <section aria-label="Usage in this time">
      {cut ? (
        <p class="notice warn">
          There are more: these are the {rows.length} with the most requests. The total and the CSV
          have all.
        </p>
      ) : null}
      <div class="charts">
        <Chart
          id="requests"
          title="Requests"
          bars={bars}
          parts={['passed', 'refused']}
          nameOf={nameOf}
        />
        <Chart id="credits" title="Credits" bars={bars} parts={['credits']} nameOf={nameOf} />
      </div>
      {total.refused > 0 ? (
        <p>
          {numberText(total.refused)} of {numberText(total.requests)} calls were refused.{' '}
          <a href="#reasons">See why</a>
        </p>
      ) : null}
      <UsageTable
        c={c}
        group={group}
        bars={bars}
        total={total}
        narrowing={narrowing}
        nameOf={nameOf}
      />
      <p>
        <Buttons links={[['Download as CSV', file, 'quiet']]} />
      </p>
    </section>
  )
}
