// All allowlists at a glance: the organization's, and those of its keys, each a link to its page.

import { hasOrigins, plurals, WITH_ORIGINS } from '../../../credentials/kinds.ts'
import type { KeyView } from '../../api/keys/schemas.ts'
import { call, type Listed } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Empty } from '../kit/empty.tsx'
import { Field } from '../kit/field.tsx'
import { Pager } from '../kit/pager.tsx'
import { Table } from '../kit/table.tsx'
import { labelOf } from '../keys/kinds.ts'
import { page, refused } from '../respond.tsx'
import { listUrl, WHOLE } from './read.ts'
import { State } from './state.tsx'

export async function showLists(c: PageContext): Promise<Response> {
  const { search, cursor } = c.req.query()
  const found = await call<Listed<KeyView>>(c, 'listKeys', { query: { search, cursor } })
  if (!found.ok) return refused(c, found)
  const { items, next_cursor } = found.value
  return page(
    c,
    { title: 'Allowlists' },
    <>
      <p>
        A call must pass the organization’s list and the key’s own. No list: everybody passes. A
        list without an entry: nobody passes.
      </p>
      <section aria-labelledby="organization">
        <h2 id="organization">All keys of the organization</h2>
        <p>
          Addresses: <State entries={c.get('organization').ips} />
        </p>
        <p class="actions">
          <a role="button" class="quiet" href={listUrl(c, WHOLE, 'ips')}>
            Addresses of the organization
          </a>
        </p>
      </section>
      <section aria-labelledby="keys">
        <h2 id="keys">One key</h2>
        <form method="get" class="filter" aria-label="Find a key">
          <Field
            name="search"
            label="The key’s name contains"
            type="search"
            value={search}
            maxlength={100}
          />
          <button type="submit" class="quiet">
            Find
          </button>
        </form>
        {items.length > 0 ? (
          <Rows c={c} items={items} />
        ) : (
          <Empty title={search ? 'No key matches.' : 'There is no key yet.'}>
            <p>Lists of a key are set here once there is one.</p>
          </Empty>
        )}
        <Pager c={c} next={next_cursor} />
      </section>
    </>,
  )
}

function Rows({ c, items }: { c: PageContext; items: readonly KeyView[] }) {
  return (
    <Table
      caption="Lists of each key, newest key first"
      columns={['Key', 'Kind', 'Addresses', 'Origins']}
    >
      {items.map((key) => (
        <tr>
          <th scope="row">
            {key.name} {key.state === 'active' ? null : <Badge text={key.state} />}
            <br />
            <code class="id">{key.id}</code>
          </th>
          <td>{labelOf(key.kind)}</td>
          <td>
            <State entries={key.ips} />
            <br />
            <a href={listUrl(c, key.id, 'ips')} aria-label={`Addresses of ${key.name}`}>
              Addresses
            </a>
          </td>
          <td>
            {hasOrigins(key.kind) ? (
              <>
                <State entries={key.origins} />
                <br />
                <a href={listUrl(c, key.id, 'origins')} aria-label={`Origins of ${key.name}`}>
                  Origins
                </a>
              </>
            ) : (
              `${plurals(WITH_ORIGINS)} only`
            )}
          </td>
        </tr>
      ))}
    </Table>
  )
}
