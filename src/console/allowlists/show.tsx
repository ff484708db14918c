// The page of one allowlist: what is in it and what that covers, forms to change it, and a question
// whether a call would pass.

import type { PageContext } from '../context.ts'
import type { Fault } from '../kit/fault.ts'
import { Field } from '../kit/field.tsx'
import { Form } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import { Receipt } from '../kit/receipt.tsx'
import { Table } from '../kit/table.tsx'
import { page, receiptOf, refused } from '../respond.tsx'
import type { formStatus } from '../respond.tsx'
import { pageUrl, withQuery } from '../urls.ts'
import { AddForm, ENTRY_LABELS } from './add-form.tsx'
import { coverageOf } from './coverage.ts'
import type { Verdict } from './coverage.ts'
import { Here } from './here.tsx'
import { State } from './overview.tsx'
import { callsOf, listUrl, readList, WORDS } from './read.ts'
import type { List } from './read.ts'
import { Trial } from './trial.tsx'

/** Rows of one page; a list may have ten thousand. */
const SHOWN = 50

/** What was typed into the form for new entries, with what it covers or what is wrong with it. */
export interface Typed {
  readonly text: string
  readonly verdicts: readonly Verdict[]
}

export async function showList(c: PageContext): Promise<Response> {
  const found = await readList(c)
  return found.ok ? await listPage(c, found.value) : refused(c, found)
}

interface ListPage {
  readonly typed?: Typed
  readonly fault?: Fault
  readonly status?: ReturnType<typeof formStatus>
}

/** The list's page; after a form that changed nothing, with what was typed and why. */
export async function listPage(
  c: PageContext,
  list: List,
  { typed, fault, status = fault ? 400 : 200 }: ListPage = {},
): Promise<Response> {
  const back = { href: pageUrl(c.get('organization').id, 'allowlists'), label: 'All allowlists' }
  return page(
    c,
    { title: titleOf(list), back, status },
    <>
      <Receipt {...await receiptOf(c)} />
      <Problem fault={fault} labels={ENTRY_LABELS} />
      <Tabs c={c} list={list} />
      <Now list={list} />
      <Entries c={c} list={list} />
      {list.open ? <AddForm c={c} list={list} typed={typed} fault={fault} /> : null}
      {list.name === 'ips' ? <Here c={c} list={list} /> : null}
      <Trial c={c} list={list} />
      {list.open && list.entries !== null ? <Lift list={list} /> : null}
    </>,
  )
}

export function titleOf({ key, name }: List): string {
  return key ? `${WORDS[name].title} of “${key.name}”` : 'Addresses of the organization'
}

function Tabs({ c, list: { key, name: here } }: { c: PageContext; list: List }) {
  if (key?.kind !== 'publishable') return null
  return (
    <nav class="tabs" aria-label="Lists of the key">
      <ul>
        {(['ips', 'origins'] as const).map((name) => (
          <li>
            <a
              href={listUrl(c, key.id, name)}
              {...(name === here && { 'aria-current': 'page' as const })}
            >
              {WORDS[name].title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** What the list does now. */
function Now({ list }: { list: List }) {
  const { entries, name, key } = list
  const { many, pass } = WORDS[name]
  const other =
    name === 'origins'
      ? ''
      : key
        ? ' that the organization’s list admits'
        : ' that the key’s own list admits'
  return (
    <p>
      <State entries={entries} />{' '}
      {entries === null
        ? `This list restricts nothing: ${callsOf(list)} pass from ${pass}${other}.`
        : entries.length === 0
          ? `The restriction is on and nothing is listed: ${callsOf(list)} are all refused. Add an entry, or lift the restriction.`
          : `${capital(callsOf(list))} pass from these ${many} alone; all others are refused.`}
    </p>
  )
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function Entries({ c, list }: { c: PageContext; list: List }) {
  const { entries, name, open, url } = list
  if (entries === null || entries.length === 0) return null
  const find = (c.req.query('find') ?? '').trim().toLowerCase()
  const matching = entries.filter((entry) => entry.includes(find))
  const asked = Number(c.req.query('from') ?? 0)
  const from = Number.isSafeInteger(asked) && asked > 0 ? asked : 0
  const shown = matching.slice(from, from + SHOWN)
  const columns = [...(open ? ['Remove'] : []), 'Entry', 'Covers']
  const table = (
    <Table caption={`Entries of the list: ${WORDS[name].many}`} columns={columns}>
      {shown.map((entry) => (
        <tr>
          {open ? (
            <td>
              <input type="checkbox" name="entry" value={entry} aria-label={`Remove ${entry}`} />
            </td>
          ) : null}
          <th scope="row">
            <code class="id">{entry}</code>
          </th>
          <td>{coverageOf(name, entry)}</td>
        </tr>
      ))}
    </Table>
  )
  return (
    <section aria-labelledby="listed">
      <h2 id="listed">Entries</h2>
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
    </section>
  )
}

function Find({ find }: { find: string }) {
  return (
    <form method="get" class="filter" aria-label="Find entries">
      <Field name="find" label="Entry contains" type="search" value={find} maxlength={300} />
      <button type="submit" class="quiet">
        Find
      </button>
    </form>
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
