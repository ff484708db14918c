// What is in an allowlist, a page at a time, with what each entry covers and a box to tick.

import type { PageContext } from '../context.ts'
import { Field } from '../kit/field.tsx'
import { Form } from '../kit/form.tsx'
import { FilterForm } from '../kit/listing.tsx'
import { Section } from '../kit/section.tsx'
import { Table } from '../kit/table.tsx'
import { withQuery } from '../urls.ts'
import { coverageOf } from './coverage.ts'
import { WORDS, type List } from './read.ts'

/** Rows of one page; a list may have ten thousand. */
const SHOWN = 50

export function Entries({ c, list }: { c: PageContext; list: List }) {
  const { entries, name, open, url } = list
  if (entries === null || entries.length === 0) return null
  const find = (c.req.query('find') ?? '').trim().toLowerCase()
  const matching = entries.filter((entry) => entry.includes(find))
  const asked = Number(c.req.query('from') ?? 0)
  const from = Number.isSafeInteger(asked) && asked > 0 ? asked : 0
  const shown = matching.slice(from, from + SHOWN)
  const caption = `Entries of the list: ${WORDS[name].many}`
  const table = (
    <Table
      caption={caption}
      columns={[...(open ? ['Remove'] : []), 'Entry', 'Covers']}
      names={open ? 1 : 0}
      rows={shown.map((entry) => [
        ...(open ? [<Box entry={entry} />] : []),
        <code class="id">{entry}</code>,
        coverageOf(name, entry),
      ])}
    />
  )
  return (
    <Section id="listed" title="Entries">
      {entries.length > SHOWN ? <Find find={find} /> : null}
      {shown.length === 0 ? (
        <p>No entry contains that text.</p>
      ) : open ? (
        <Form c={c} action={`${url}/remove`} submit="Remove the ticked…">
          {table}
        </Form>
      ) : (
        table
      )}
      <Pages url={url} find={find} from={from} total={matching.length} />
    </Section>
  )
}

function Box({ entry }: { entry: string }) {
  return <input type="checkbox" name="entry" value={entry} aria-label={`Remove ${entry}`} />
}

function Find({ find }: { find: string }) {
  return (
    <FilterForm label="Find entries" submit="Find">
      <Field name="find" label="Entry contains" type="search" value={find} maxlength={300} />
    </FilterForm>
  )
}

interface PagesProps {
  url: string
  find: string
  from: number
  total: number
}

function Pages({ url, find, from, total }: PagesProps) {
  if (total <= SHOWN) return null
  const at = (start: number): string =>
    withQuery(url, { find, from: start > 0 ? start : undefined })
  return (
    <nav class="pager" aria-label="Pages">
      <span>
        {Math.min(from + 1, total)}–{Math.min(from + SHOWN, total)} of {total}
      </span>
      {from > 0 ? <a href={at(from - SHOWN)}>Previous</a> : null}
      {from + SHOWN < total ? <a href={at(from + SHOWN)}>Next</a> : null}
    </nav>
  )
}
