// All allowlists at a glance: the organization's, and those of its keys, each a link to its page.

import { hasOrigins, plurals, WITH_ORIGINS } from '../../../credentials/kinds.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Empty } from '../kit/empty.tsx'
import { Field } from '../kit/field.tsx'
import { Pager } from '../kit/pager.tsx'
import { Actions } from '../kit/link.tsx'
import { FilterForm } from '../kit/listing.tsx'
import { Section } from '../kit/section.tsx'
import { Table, type Cells } from '../kit/table.tsx'
import { labelOf } from '../keys/kinds.ts'
import type { Key } from '../keys/read.ts'
import { page, refused } from '../respond.tsx'
import type { ListName } from './coverage.ts'
import { listUrl, WHOLE, WORDS } from './read.ts'
import { State } from './state.tsx'

export async function showLists(c: PageContext): Promise<Response> {
  const { search, cursor } = c.req.query()
  const found = await call(c, 'listKeys', { query: { search, cursor } })
  if (!found.ok) return refused(c, found)
  const { items, next_cursor } = found.value
  const rows = items.map((key) => rowOf(c, key))
  return page(
    c,
    { title: 'Allowlists' },
    <>
      <p>
        A call must pass the organization’s list and the key’s own. No list: everybody passes. A
        list without an entry: nobody passes.
      </p>
      <Section id="organization" title="All keys of the organization">
        <p>
          Addresses: <State entries={c.get('organization').ips} />
        </p>
        <Actions links={[['Addresses of the organization', listUrl(c, WHOLE, 'ips'), 'quiet']]} />
      </Section>
      <Section id="keys" title="One key">
        <FilterForm label="Find a key" submit="Find">
          <Field
            name="search"
            label="The key’s name contains"
            type="search"
            value={search}
            maxlength={100}
          />
        </FilterForm>
        {rows.length > 0 ? (
          <Table caption="Lists of each key, newest key first" columns={COLUMNS} rows={rows} />
        ) : (
          <Empty title={search ? 'No key matches.' : 'There is no key yet.'}>
            <p>Lists of a key are set here once there is one.</p>
          </Empty>
        )}
        <Pager c={c} next={next_cursor} />
      </Section>
    </>,
  )
}

const COLUMNS = ['Key', 'Kind', 'Addresses', 'Origins']

function rowOf(c: PageContext, key: Key): Cells {
  const stateOf = (list: ListName) => (
    <>
      <State entries={key[list]} />
      <br />
      <a href={listUrl(c, key.id, list)} aria-label={`${WORDS[list].title} of ${key.name}`}>
        {WORDS[list].title}
      </a>
    </>
  )
  return [
    <>
      {key.name} {key.state === 'active' ? null : <Badge text={key.state} />}
      <br />
      <code class="id">{key.id}</code>
    </>,
    labelOf(key.kind),
    stateOf('ips'),
    hasOrigins(key.kind) ? stateOf('origins') : `${plurals(WITH_ORIGINS)} only`,
  ]
}
