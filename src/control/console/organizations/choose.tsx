// The first page of operators: the organizations, and a form for a new one. People go to their own.

import { call, type AnswerOf } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Choices, choicesOf } from '../kit/choices.tsx'
import { Empty } from '../kit/empty.tsx'
import type { Fault } from '../kit/fault.ts'
import { Field, NameField, optionsOf, Select } from '../kit/field.tsx'
import { Form, OnceField } from '../kit/form.tsx'
import { FilterForm } from '../kit/listing.tsx'
import { Pager } from '../kit/pager.tsx'
import { Problem } from '../kit/problem.tsx'
import { Section } from '../kit/section.tsx'
import { number, Table, type Cells } from '../kit/table.tsx'
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
  const found = await call(c, 'listOrganizations', { query: { cursor, search } })
  if (!found.ok) return refused(c, found)
  const { items, next_cursor } = found.value
  const rows = items.map((one) => rowOf(c, one))
  const none = search
    ? `No organization’s name contains “${search}”.`
    : 'There is no organization yet.'
  return page(
    c,
    { title: 'Organizations', fault },
    <>
      <FilterForm label="Search organizations" submit="Search">
        <Field name="search" label="Name contains" type="search" value={search} />
      </FilterForm>
      {rows.length === 0 ? (
        <Empty title={none}>
          <p>{search ? 'Search for another part of the name.' : 'Create the first one below.'}</p>
        </Empty>
      ) : (
        <Table caption="Organizations, newest first" columns={COLUMNS} rows={rows} />
      )}
      <Pager c={c} next={next_cursor} />
      <Section id="new" title="New organization">
        <Problem fault={fault} labels={ORGANIZATION_LABELS} />
        <NewOrganization c={c} fault={fault} />
      </Section>
    </>,
  )
}

const COLUMNS = ['Name', 'State', 'Plan', number('Active keys'), 'Created', 'Id']

function rowOf(c: PageContext, one: AnswerOf<'listOrganizations'>['items'][number]): Cells {
  return [
    <a href={homeOf(c, one.id)}>{one.name}</a>,
    <Badge text={one.state} />,
    ...[one.plan, one.active_keys],
    <Time ms={one.created_at} />,
    <code class="id">{one.id}</code>,
  ]
}

function NewOrganization({ c, fault }: { c: PageContext; fault: Fault | undefined }) {
  const { plans, products } = c.env.context.edge.catalog
  const all = products.map(({ id }) => id)
  return (
    <Form c={c} submit="Create the organization" fault={fault} typed={c.get('form')}>
      <OnceField c={c} />
      <NameField />
      <Select
        name="plan"
        label="Plan"
        options={optionsOf(Object.keys(plans))}
        hint="How many requests its keys may make."
      />
      <Choices
        name="products"
        legend="Products"
        type="checkbox"
        choices={choicesOf(all)}
        chosen={all}
      />
    </Form>
  )
}
