// Would this address, this origin pass? Answered by the gate's own steps, through explain: nothing is
// spent and nothing is sent on.

import { fullPattern } from '../../../catalog/check.ts'
import type { Catalog } from '../../../catalog/define.ts'
import { hasOrigins, KINDS } from '../../../credentials/kinds.ts'
import { call, type Answer } from '../api.ts'
import type { PageContext } from '../context.ts'
import type { Explanation } from '../explain/trace.tsx'
import type { Key } from '../keys/read.ts'
import { Badge } from '../kit/badge.tsx'
import { faultOf, type Fault } from '../kit/fault.ts'
import { Field, Select } from '../kit/field.tsx'
import { FilterForm } from '../kit/listing.tsx'
import { Section } from '../kit/section.tsx'
import { ownAddress, type List } from './read.ts'

const KEYS_MAX = 200

/** The question of this page's address. */
interface Question {
  readonly key: string
  readonly address: string
  readonly origin: string
}

export async function Trial({ c, list }: { c: PageContext; list: List }) {
  const keys = list.key ? [list.key] : await activeKeys(c)
  const here = list.name === 'origins' ? (ownAddress(c) ?? '') : ''
  const { key, address = here, origin = '' } = c.req.query()
  const asked = { key: list.key?.id ?? key ?? '', address: address.trim(), origin: origin.trim() }
  const about = keys.find(({ id }) => id === asked.key)
  const answered = c.req.method === 'GET' && asked[asking(list)] !== ''
  const answer = answered && about ? await ask(c, about, asked) : undefined
  const fault = answer?.ok === false ? faultOf(answer, { address: '', origin: '' }) : undefined
  return (
    <Section id="trial" title="Would it pass?">
      {keys.length === 0 ? (
        <p>There is no active key to ask about yet.</p>
      ) : (
        <TrialForm list={list} keys={keys} asked={asked} fault={fault} />
      )}
      {answered && !about ? <p role="status">Choose a key of this organization.</p> : null}
      {fault && fault.field === undefined ? <p role="status">{fault.sentence}</p> : null}
      {answer?.ok ? <Answered list={list} asked={asked} value={answer.value} /> : null}
    </Section>
  )
}

const asking = ({ name }: List) => (name === 'ips' ? 'address' : 'origin')

async function activeKeys(c: PageContext): Promise<readonly Key[]> {
  const found = await call(c, 'listKeys', { query: { state: 'active', limit: KEYS_MAX } })
  return found.ok ? found.value.items : []
}

interface TrialFormProps {
  list: List
  keys: readonly Key[]
  asked: Question
  fault: Fault | undefined
}

function TrialForm({ list, keys, asked, fault }: TrialFormProps) {
  const options = keys.map(({ id, name }) => ({ value: id, label: `${name} (${id})` }))
  return (
    <FilterForm action={`${list.url}#trial`} label="Would it pass?" submit="Ask" fault={fault}>
      {list.key ? null : (
        <Select name="key" label="With the key" options={options} value={asked.key} />
      )}
      <Field
        name="address"
        label="From the address"
        code
        maxlength={64}
        value={asked.address}
        {...(list.name === 'ips' && { placeholder: '203.0.113.7' })}
      />
      {list.key && hasOrigins(list.key.kind) ? (
        <Field
          name="origin"
          label="From a page of the origin"
          code
          maxlength={300}
          value={asked.origin}
        />
      ) : null}
    </FilterForm>
  )
}

async function ask(
  c: PageContext,
  key: Key,
  { address, origin }: Question,
): Promise<Answer<Explanation>> {
  const { catalog } = c.env.context.edge
  return await call(c, 'explain', {
    body: {
      key_id: key.id,
      ...exampleCall(catalog, key),
      address: address || undefined,
      origin: origin || undefined,
    },
  })
}

/** A call that the key may make, so that the lists alone decide; ids in it stand for any. */
function exampleCall(catalog: Catalog, { kind, products, scopes }: Key) {
  const routes = catalog.products
    .filter(({ id, accepts }) => products.includes(id) && accepts.includes(kind))
    .flatMap((product) => product.routes.map((route) => ({ product, route })))
  const open = routes.filter(
    ({ route }) =>
      (route.scopes.length === 0 || route.scopes.some((scope) => scopes.includes(scope))) &&
      (KINDS[kind].routes !== 'open' || route.publishable === true),
  )
  const best = open.find(({ route }) => route.department === undefined) ?? open[0]
  if (!best) return { method: 'GET', path: '/' }
  const path = fullPattern(best.product, best.route)
    .replace('/**', '')
    .replace(/:[a-z_]+/g, '1')
  return { method: best.route.verbs[0] ?? 'GET', path }
}

interface AnsweredProps {
  list: List
  asked: Question
  value: Explanation
}

/** The step of this list first, then whether anything else stands in the way. */
function Answered({ list, asked, value: { steps } }: AnsweredProps) {
  const own = asking(list)
  const step = steps.find((one) => one.step === own)
  const refusal = steps.find(({ verdict }) => verdict === 'refuse')
  const passes = step?.verdict === 'pass'
  return (
    <div class={`notice ${passes ? 'good' : 'bad'}`} role="status">
      <p>
        <Badge text={passes ? 'allowed' : 'refused'} /> <code>{asked[own]}</code>{' '}
        {passes
          ? `passes the ${own === 'address' ? 'address lists' : 'origin list'} with this key.`
          : step
            ? `does not pass: ${step.detail}`
            : 'is not even looked at, because the call is refused before:'}{' '}
        {step ? null : refusal?.detail}
      </p>
      {step && refusal && refusal !== step ? (
        <p>A call with this key would be refused all the same: {refusal.detail}</p>
      ) : null}
    </div>
  )
}
