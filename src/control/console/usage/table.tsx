// The chart's numbers.

import type { Child } from 'hono/jsx'

import type { PageContext } from '../context.ts'
import { numberText } from '../kit/number.ts'
import { number, Table } from '../kit/table.tsx'
import { pageUrl, withQuery } from '../urls.ts'
import { GROUPS, type Bar, type Group } from './group.ts'
import type { Counts } from './sums.ts'
import type { Narrowing } from './read.ts'

interface TableProps {
  c: PageContext
  group: Group
  bars: readonly Bar[]
  total: Counts
  narrowing: Narrowing
  nameOf: (bar: Bar) => string
}

export function UsageTable({ c, group, bars, total, narrowing, nameOf }: TableProps) {
  const label = GROUPS[group]
  // Days without a call have no row; the newest is what people look for.
  const shown = group === 'day' ? bars.filter(({ requests }) => requests > 0).toReversed() : bars
  const rows = shown.map((bar) => [
    <Name c={c} group={group} bar={bar} narrowing={narrowing} name={nameOf(bar)} />,
    ...numbersOf(bar),
  ])
  return (
    <Table
      caption={`Usage by ${label.toLowerCase()}`}
      columns={[label, number('Requests'), number('Refused'), number('Credits')]}
      rows={rows}
      total={['Total', ...numbersOf(total)]}
    />
  )
}

const numbersOf = ({ requests, refused, credits }: Counts): string[] =>
  [requests, refused, credits].map(numberText)

interface NameProps {
  c: PageContext
  group: Group
  bar: Bar
  narrowing: Narrowing
  name: string
}

/** A link to what the row is made of: a day by key, a key or a product by day. */
function Name({ c, group, bar: { id }, narrowing, name }: NameProps): Child {
  if (id === '') return <>{name}</>
  const within =
    group === 'day' ? { from: id, to: id, group: 'key' } : { [group]: id, group: 'day' }
  return (
    <>
      <a href={withQuery('', { ...narrowing, ...within })}>{name}</a>
      {group === 'key' ? (
        <>
          <br />
          <a href={pageUrl(c.get('organization').id, 'keys', id)}>
            <code class="id">{id}</code>
          </a>
        </>
      ) : null}
    </>
  )
}
