// Runs the command of one operation: what was typed, asked of the edge, and the answer as lines.

import type { Asked } from '../control/client/client.ts'
import type { OperationName } from '../catalog/operations.ts'
import { HEADERS } from '../lib/header-names.ts'
import { usage, type Answer, type Ops } from './answer.ts'
import { COMMANDS } from './commands.ts'
import { connect, type Edge } from './edge.ts'
import { INPUTS } from './inputs.generated.ts'
import { readId } from './input.ts'
import type { Field } from './inputs.ts'
import { nameOf, operandsOf, readField, readText, type Typed } from './options.ts'
import { isPaged } from './paged.ts'
import { render } from './render.ts'
import { readValue } from './pasted.ts'

type Values = Readonly<Record<Field['in'], Readonly<Record<string, unknown>>>>

/** Reads the command line, asks, follows pages where that was asked for, and renders. */
export async function runOperation(
  ops: Ops,
  name: OperationName,
  typed: Typed,
  operands: readonly string[],
): Promise<Answer> {
  const values = await readValues(ops, name, typed, operands)
  const given = readOrganization(typed['organization'])
  const edge = await connect(ops)
  const organization = INPUTS[name].organization
    ? (given ?? (await ownerOf(edge, name, values)))
    : undefined
  const key = typed['idempotencyKey']
  // The fields are those of the operation, by the table that was made from it.
  const asked = {
    params: values.path,
    query: { ...values.query, organization },
    ...(INPUTS[name].body && { body: values.body }),
    ...(typeof key === 'string' && { headers: { [HEADERS.idempotencyKey]: key } }),
  } as unknown as Asked<OperationName>
  const answer = await edge.ask(name, asked)
  const all = typed['all'] === true && isPaged(name)
  const value = all ? await others(edge, name, asked, answer) : answer
  return { json: value, lines: await render(name, value, edge.url) }
}

async function readValues(
  ops: Ops,
  name: OperationName,
  typed: Typed,
  texts: readonly string[],
): Promise<Values> {
  const row = COMMANDS[name]
  const values: Record<Field['in'], Record<string, unknown>> = { path: {}, query: {}, body: {} }
  const operands = operandsOf(INPUTS[name], row)
  for (const field of INPUTS[name].fields) {
    const at = operands.indexOf(field)
    const value =
      at >= 0
        ? readText(field, `<${nameOf(field, row)}>`, texts[at] ?? '')
        : field.name === 'credential'
          ? await readCredential(ops, typed['credential'])
          : readField(field, row, typed, ops.io.now())
    if (value !== undefined) values[field.in][field.name] = value
  }
  return values
}

async function readCredential(ops: Ops, typed: unknown): Promise<string | undefined> {
  if (typed === undefined) return undefined
  if (typed !== '-') throw usage('--credential takes - alone: it is read from standard input')
  return readValue(await ops.io.input())
}

/** `none`: what belongs to nobody, of the audit. */
function readOrganization(typed: unknown): string | undefined {
  if (typeof typed !== 'string' || typed === 'none') return typed as 'none' | undefined
  return readId('org', typed)
}

/** The organization of what the command names by its id. */
async function ownerOf(
  edge: Edge,
  name: OperationName,
  { path, query, body }: Values,
): Promise<string | undefined> {
  const named = INPUTS[name].fields.find(
    (field) => field.prefix !== undefined && { ...path, ...query, ...body }[field.name],
  )
  if (named) return await edge.ownerOf(String({ ...path, ...query, ...body }[named.name]))
  if (body['credential'] !== undefined) return undefined
  throw usage('say which organization: --organization org_…; see: npm run ops -- organization list')
}

interface Page {
  readonly items: readonly unknown[]
  readonly next_cursor: string | null
}

async function others(
  edge: Edge,
  name: OperationName,
  asked: Asked<OperationName>,
  first: unknown,
): Promise<Page> {
  let page = first as Page
  const items = [...page.items]
  while (page.next_cursor !== null) {
    const query = { ...asked.query, cursor: page.next_cursor }
    page = (await edge.ask(name, { ...asked, query })) as Page
    items.push(...page.items)
  }
  return { ...(first as Page), items, next_cursor: null }
}
