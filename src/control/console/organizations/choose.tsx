// The first page of operators: the organizations, and a form for a new one. People go to their own.

import type { OrganizationRow } from '../../api/organization/read.ts'
import { call, type Listed } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Choices } from '../kit/choices.tsx'
import { Empty } from '../kit/empty.tsx'
import type { Fault } from '../kit/fault.ts'
import { Field, NameField, Select } from '../kit/field.tsx'
import { Form, OnceField } from '../kit/form.tsx'
import { Pager } from '../kit/pager.tsx'
import { Problem } from '../kit/problem.tsx'
import { Table } from '../kit/table.tsx'
import { Time } from '../kit/time.tsx'
import { page, refused } from '../respond.tsx'
import { pageUrl } from '../urls.ts'

export const ORGANIZATION_LABELS = { name: 'Name', plan: 'Plan', products: 'Products' }

/** The organization's first page: the first of the navigation. */
export function homeOf(c: PageContext, organization: string): string {
  return pageUrl(organization, c.get('nav')[0]?.path ?? '')
}

export async function choose(c: PageContext): Promise<Response> {
  const { actor } = c.get('session')
  if (actor.type === 'person') return c.redirect(homeOf(c, actor.organizationId), 303)
  return await choosePage(c)
}

/** The page, with a form that was refused shown again. */
export async function choosePage(c: PageContext, fault?: Fault): Promise<Response> {
  const { cursor, search } = c.req.query()
  const found = await call<Listed<OrganizationRow>>(c, 'listOrganizations', {
    query: { cursor, search },
  })
  if (!found.ok) return refused(c, found)
  const { items, next_cursor } = found.value
  return page(
    c,
    { title: 'Organizations', fault },
    <>
      <form method="get" class="filter" aria-label="Search organizations">
        <Field name="search" label="Name contains" type="search" value={search} />
        <button type="submit" class="quiet">
          Search
        </button>
      </form>
      {items.length === 0 ? (
        <Empty
          title={
            search
              ? `No organization’s name contains “${search}”.`
              : 'There is no organization yet.'
          }
        >
          <p>{search ? 'Search for another part of the name.' : 'Create the first one below.'}</p>
        </Empty>
      ) : (
        <Rows c={c} items={items} />
      )}
      <Pager c={c} next={next_cursor} />
      <section aria-labelledby="new">
        <h2 id="new">New organization</h2>
        <Problem fault={fault} labels={ORGANIZATION_LABELS} />
        <NewOrganization c={c} fault={fault} />
      </section>
    </>,
  )
}

function Rows({ c, items }: { c: PageContext; items: readonly OrganizationRow[] }) {
  const columns = ['Name', 'State', 'Plan', { label: 'Active keys', number: true }, 'Created', 'Id']
  return (
    <Table caption="Organizations, newest first" columns={columns}>
      {items.map(({ id, name, state, plan, active_keys, created_at }) => (
        <tr>
          <th scope="row">
            <a href={homeOf(c, id)}>{name}</a>
          </th>
          <td>
            <Badge text={state} />
          </td>
          <td>{plan}</td>
          <td class="number">{active_keys}</td>
          <td>
            <Time ms={created_at} />
          </td>
          <td>
            <code class="id">{id}</code>
          </td>
        </tr>
      ))}
    </Table>
  )
}

function NewOrganization({ c, fault }: { c: PageContext; fault: Fault | undefined }) {
  const { plans, products } = c.env.context.edge.catalog
  // Only a form that was refused is shown with what was typed.
  const typed = fault ? c.get('form') : undefined
  const all = products.map(({ id }) => id)
  return (
    <Form c={c} submit="Create the organization">
      <OnceField value={typed?.get('once') ?? undefined} />
      <NameField value={typed?.get('name') ?? ''} fault={fault} />
      <Select
        name="plan"
        label="Plan"
        options={Object.keys(plans).map((plan) => ({ value: plan, label: plan }))}
        value={typed?.get('plan') ?? undefined}
        hint="How many requests its keys may make."
        fault={fault}
      />
      <Choices
        name="products"
        legend="Products"
        type="checkbox"
        choices={all.map((product) => ({ value: product, label: product }))}
        chosen={typed?.getAll('products') ?? all}
        fault={fault}
      />
    </Form>
  )
}
