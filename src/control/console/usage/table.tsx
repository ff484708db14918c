// The chart's numbers.

import type { Child } from 'hono/jsx'

import type { PageContext } from '../context.ts'
import { Table } from '../kit/table.tsx'
import { pageUrl, withQuery } from '../urls.ts'
import { GROUPS, type Bar, type Group } from './group.ts'
import { numberText } from '../kit/number.ts'
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
  const numbers = ['Requests', 'Refused', 'Credits'].map((name) => ({ label: name, number: true }))
  // Days without a call have no row; the newest is what people look for.
  const shown = group === 'day' ? bars.filter(({ requests }) => requests > 0).toReversed() : bars
  return (
    <Table caption={`Usage by ${label.toLowerCase()}`} columns={[label, ...numbers]}>
      {shown.map((bar) => (
        <tr>
          <th scope="row">
            <Name c={c} group={group} bar={bar} narrowing={narrowing} name={nameOf(bar)} />
          </th>
          <Numbers counts={bar} />
        </tr>
      ))}
      <tr class="total">
        <th scope="row">Total</th>
        <Numbers counts={total} />
      </tr>
    </Table>
  )
}

function Numbers({ counts: { requests, refused, credits } }: { counts: Counts }) {
  return (
    <>
      {[requests, refused, credits].map((value) => (
        <td class="number">{numberText(value)}</td>
      ))}
    </>
  )
}

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
