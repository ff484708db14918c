// The service users of an organization: which system each is, for whom it acts, and whether it calls.

import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { few } from '../kit/few.ts'
import { Field, optionsOf, Select } from '../kit/field.tsx'
import { Actions, Named } from '../kit/link.tsx'
import { FilterForm, Listing, listQuery } from '../kit/listing.tsx'
import { number, Table, type Cells } from '../kit/table.tsx'
import { Time } from '../kit/time.tsx'
import { page, refused } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import { userUrl, type ServiceUser } from './read.ts'

const FILTER = ['search', 'source_system', 'state']
const COLUMNS = [
  ...['Name', 'Source system', 'Departments', number('Active tokens')],
  ...['Last use', 'State'],
]

export async function listServiceUsers(c: PageContext): Promise<Response> {
  const { query, filtered } = listQuery(c, FILTER)
  const found = await call(c, 'listServiceUsers', { query })
  if (!found.ok) return refused(c, found)
  const write = mayWrite(c.get('session'))
  const first = write
    ? 'Create one for each system, then mint a token for it and paste the line that is shown with it.'
    : 'An administrator of the organization can create the first one.'
  const rows = found.value.items.map((user) => rowOf(c, user))
  return page(
    c,
    { title: 'Service users' },
    <>
      <p>
        A service user is a system of yours that calls with access tokens, for the departments that
        it names.
      </p>
      {write ? <Actions links={[['Create a service user', userUrl(c, 'new')]]} /> : null}
      {rows.length > 0 || filtered ? <Filter c={c} /> : null}
      <Listing c={c} noun="service user" listed={found.value} filtered={filtered} first={first}>
        <Table caption="Service users, newest first" columns={COLUMNS} rows={rows} />
      </Listing>
    </>,
  )
}

const STATES = { active: 'Active', disabled: 'Disabled' }

function Filter({ c }: { c: PageContext }) {
  const { search, source_system, state } = c.req.query()
  return (
    <FilterForm label="Filter service users" submit="Filter">
      <Field name="search" label="Name contains" type="search" value={search} maxlength={100} />
      <Field name="source_system" label="Source system" code value={source_system} maxlength={64} />
      <Select name="state" label="State" options={optionsOf(STATES, 'Any')} value={state} />
    </FilterForm>
  )
}

function rowOf(c: PageContext, user: ServiceUser): Cells {
  const { id, name, active_tokens: tokens } = user
  return [
    <Named href={userUrl(c, id)} name={name} id={id} />,
    <code class="id">{user.source_system}</code>,
    few(user.departments, 3),
    <a href={userUrl(c, id, 'tokens')} aria-label={`${tokens} active tokens of ${name}`}>
      {tokens}
    </a>,
    <Time ms={user.last_used_at} />,
    <Badge text={user.state} />,
  ]
}
