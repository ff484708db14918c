// The keys of an organization: what they are, what they may, and whether they are used.

import { hasChosenScopes } from '../../../credentials/kinds.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Field, optionsOf, Select } from '../kit/field.tsx'
import { few } from '../kit/few.ts'
import { Actions, Named } from '../kit/link.tsx'
import { FilterForm, Listing, listQuery } from '../kit/listing.tsx'
import { number, Table, type Cells } from '../kit/table.tsx'
import { Time } from '../kit/time.tsx'
import { page, refused } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import { labelOf, LABELS } from './kinds.ts'
import { keyUrl, usageOfMonth, type Key, type KeyUsage } from './read.ts'

const FILTER = ['search', 'kind', 'environment', 'state', 'service_user']
const COLUMNS = ['Name', 'State', 'Kind', 'May call', 'Last use', number('Credits this month')]

export async function listKeys(c: PageContext): Promise<Response> {
  const { query, filtered } = listQuery(c, FILTER)
  const [found, usage] = await Promise.all([call(c, 'listKeys', { query }), usageOfMonth(c)])
  if (!found.ok) return refused(c, found)
  const write = mayWrite(c.get('session'))
  const first = write
    ? 'Create the first one: choose what it may call, copy its value once, and paste the line that is shown with it.'
    : 'An administrator of the organization can create the first one.'
  const rows = found.value.items.map((key) => rowOf(c, key, usage.get(key.id)))
  return page(
    c,
    { title: 'Keys' },
    <>
      {write ? <Actions links={[['Create a key', keyUrl(c, 'new')]]} /> : null}
      <Filter c={c} />
      <Listing c={c} noun="key" listed={found.value} filtered={filtered} first={first}>
        <Table caption="Keys, newest first" columns={COLUMNS} rows={rows} />
      </Listing>
    </>,
  )
}

const STATES = { active: 'Active', expired: 'Expired', revoked: 'Revoked' }
const ENVIRONMENT_LABELS = { live: 'Live', sandbox: 'Sandbox' }

function Filter({ c }: { c: PageContext }) {
  const { search, kind, environment, state } = c.req.query()
  const environments = optionsOf(ENVIRONMENT_LABELS, 'Any')
  return (
    <FilterForm label="Filter keys" submit="Filter">
      <Field name="search" label="Name contains" type="search" value={search} maxlength={100} />
      <Select name="kind" label="Kind" options={optionsOf(LABELS, 'Any')} value={kind} />
      <Select name="environment" label="Environment" options={environments} value={environment} />
      <Select name="state" label="State" options={optionsOf(STATES, 'Any')} value={state} />
    </FilterForm>
  )
}

function rowOf(c: PageContext, key: Key, usage: KeyUsage | undefined): Cells {
  const replaced = key.rotated_to !== null && key.state === 'active'
  return [
    <Named href={keyUrl(c, key.id)} name={key.name} id={key.id} />,
    <>
      <Badge text={key.state} />
      {replaced ? <Badge text="being replaced" tone="warn" /> : null}
    </>,
    `${labelOf(key.kind)}, ${key.environment}`,
    // Scopes where the kind has them, else products.
    few(hasChosenScopes(key.kind) ? key.scopes : key.products, 2, 'nothing'),
    <Time ms={key.last_used_at} />,
    usage?.credits ?? 0,
  ]
}
