// The page of one allowlist: what is in it and what that covers, forms to change it, and a question
// whether a call would pass.

import { hasOrigins } from '../../../credentials/kinds.ts'
import type { PageContext } from '../context.ts'
import type { Fault } from '../kit/fault.ts'
import { Problem } from '../kit/problem.tsx'
import { Receipt } from '../kit/receipt.tsx'
import { Tabs } from '../kit/tabs.tsx'
import { page, receiptOf, refused } from '../respond.tsx'
import { pageUrl } from '../urls.ts'
import { AddForm, ENTRY_LABELS, type Typed } from './add-form.tsx'
import { Entries } from './entries.tsx'
import { Here } from './here.tsx'
import { listUrl, readList, WORDS, type List } from './read.ts'
import { Now } from './state.tsx'
import { Trial } from './trial.tsx'

export async function showList(c: PageContext): Promise<Response> {
  const found = await readList(c)
  return found.ok ? await listPage(c, found.value) : refused(c, found)
}

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
      {list.name === 'ips' ? <Here c={c} list={list} /> : null}
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
    <section aria-labelledby="lift">
      <h2 id="lift">Lift the restriction</h2>
      <p>
        Takes all entries out and lets calls from {WORDS[name].pass} pass again. The next page says
        what that means and asks once more.
      </p>
      <p class="actions">
        <a role="button" class="danger" href={`${url}/lift`}>
          Lift the restriction…
        </a>
      </p>
    </section>
  )
}
