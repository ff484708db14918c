// The page of one allowlist: what is in it and what that covers, forms to change it, and a question
// whether a call would pass.

import { hasOrigins } from '../../../credentials/kinds.ts'
import type { PageContext } from '../context.ts'
import type { Fault } from '../kit/fault.ts'
import { Actions } from '../kit/link.tsx'
import { Problem } from '../kit/problem.tsx'
import { Receipt } from '../kit/receipt.tsx'
import { Section } from '../kit/section.tsx'
import { Tabs } from '../kit/tabs.tsx'
import { page, receiptOf } from '../respond.tsx'
import { pageUrl } from '../urls.ts'
import { AddForm, ENTRY_LABELS, type Typed } from './add-form.tsx'
import { Entries } from './entries.tsx'
import { OwnAddress } from './own-address.tsx'
import { listUrl, onList, WORDS, type List } from './read.ts'
import { Now } from './state.tsx'
import { Trial } from './trial.tsx'

export const showList = onList((c, list) => listPage(c, list))

interface ListPage {
  readonly typed?: Typed
  readonly fault?: Fault
}

/** The list's page; after a form that changed nothing, with what was typed and why. */
export async function listPage(
  c: PageContext,
  list: List,
  { typed, fault }: ListPage = {},
): Promise<Response> {
  const back = { href: pageUrl(c.get('organization').id, 'allowlists'), label: 'All allowlists' }
  return page(
    c,
    { title: titleOf(list), back, fault },
    <>
      <Receipt {...await receiptOf(c)} />
      <Problem fault={fault} labels={ENTRY_LABELS} />
      <ListTabs c={c} list={list} />
      <Now list={list} />
      <Entries c={c} list={list} />
      {list.open ? <AddForm c={c} list={list} typed={typed} fault={fault} /> : null}
      {list.name === 'ips' ? <OwnAddress c={c} list={list} /> : null}
      <Trial c={c} list={list} />
      {list.open && list.entries !== null ? <Lift list={list} /> : null}
    </>,
  )
}

function titleOf({ key, name }: List): string {
  return key ? `${WORDS[name].title} of “${key.name}”` : 'Addresses of the organization'
}

function ListTabs({ c, list: { key, name: here } }: { c: PageContext; list: List }) {
  if (!key || !hasOrigins(key.kind)) return null
  const tabs = (['ips', 'origins'] as const).map((name) => ({
    label: WORDS[name].title,
    href: listUrl(c, key.id, name),
    here: name === here,
  }))
  return <Tabs label="Lists of the key" tabs={tabs} />
}

function Lift({ list: { url, name } }: { list: List }) {
  return (
    <Section id="lift" title="Lift the restriction">
      <p>
        Takes all entries out and lets calls from {WORDS[name].pass} pass again. The next page says
        what that means and asks once more.
      </p>
      <Actions links={[['Lift the restriction…', `${url}/lift`, 'danger']]} />
    </Section>
  )
}
