// The edge that commands ask: where it is, what is presented to it, and its refusals in words for whoever
// typed the command.

import { readFile } from 'node:fs/promises'

import type { OperationName } from '../catalog/operations.ts'
import {
  readAnswer,
  requestOf,
  type Answer,
  type AnswerOf,
  type Asked,
  type Refused,
} from '../control/client/client.ts'
import { HEADERS } from '../lib/header-names.ts'
import { Stop, usage, type Ops } from './answer.ts'
import { COMMANDS } from './commands.ts'
import { listCommandOf, nounOf } from './input.ts'
import { INPUTS } from './inputs.generated.ts'
import { nameOf } from './options.ts'
import { PROJECT } from './project.ts'
import { readIssuer, readSecrets, requireSettings } from './settings.ts'

const LOCAL_URL = 'http://127.0.0.1:8787'
/** A fence waits for leases to end; many of them take their time. */
const TIMEOUT_MS = 30_000
const EXPORT_TIMEOUT_MS = 600_000

export interface Edge {
  readonly url: string
  /** @throws Stop in the edge's own words where it refuses. */
  ask<N extends OperationName>(name: N, asked?: Asked<N>): Promise<AnswerOf<N>>
  /** The organization that an id belongs to. @throws Stop where there is no such thing. */
  ownerOf(id: string): Promise<string>
}

/** The origin of the edge: --url, PORTCULLIS_URL, the running demo, or the deployment's ISSUER. */
export async function edgeUrl(ops: Ops): Promise<string> {
  const given = ops.url ?? ops.io.env['PORTCULLIS_URL']
  if (given !== undefined) return checkedUrl(given)
  if (ops.remote) return checkedUrl(await readIssuer(ops))
  try {
    const demo: unknown = JSON.parse(await readFile(`${PROJECT}.portcullis/demo.json`, 'utf8'))
    return checkedUrl((demo as { readonly url: string }).url)
  } catch {
    return LOCAL_URL
  }
}

/** What is presented goes there, so it must be https, or this very machine. */
function checkedUrl(text: string): string {
  const url = URL.parse(text)
  const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url?.hostname ?? '')
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback)) return url.origin
  throw usage(`${text || 'the URL of the edge'} is not the origin of an edge: give --url https://…`)
}

/** Finds the edge and what is presented to it. @throws Stop where either is missing. */
export async function connect(ops: Ops): Promise<Edge> {
  const [url, headers] = await Promise.all([edgeUrl(ops), credentialsOf(ops)])
  const ask = async <N extends OperationName>(name: N, asked: Asked<N> = {}) => {
    const presented = { ...asked, headers: { ...headers, ...asked.headers } }
    const answer = await send(ops, name, requestOf(url, name, presented))
    if (answer.ok) return answer.value
    if (answer.status === 401) throw new Stop(`${url} refused ${presentedAs(headers)}`)
    throw refusal(name, answer, url)
  }
  const ownerOf = async (id: string): Promise<string> => {
    const { items } = await ask('listOrganizations', { query: { owns: id } })
    const [owner] = items
    if (owner) return owner.id
    throw missing(nounOf(id))
  }
  return { url, ask, ownerOf }
}

/** What an edge answers; whatever else is there is none, and what it says is not repeated. */
async function send<N extends OperationName>(
  ops: Ops,
  name: N,
  request: Request,
): Promise<Answer<AnswerOf<N>>> {
  try {
    const timeoutMs = name === 'exportAudit' ? EXPORT_TIMEOUT_MS : TIMEOUT_MS
    const response = await fetch(request, { signal: AbortSignal.timeout(timeoutMs) })
    const type = response.headers.get('content-type') ?? ''
    const ours = /^(?:application\/json|text\/csv)/.test(type) || response.status === 204
    if (ours || !response.ok) return await readAnswer<N>(response)
  } catch {
    // No connection, no end of the answer in time, or no JSON in it.
  }
  const start = ops.remote ? 'give its URL with --url' : 'start it with npm run dev, or give --url'
  throw new Stop(`edge not reachable at ${new URL(request.url).origin}: ${start}`)
}

/** The admin token, and a service token for Cloudflare Access before the edge; each where it is set. */
async function credentialsOf(ops: Ops): Promise<Record<string, string>> {
  const secrets = await readSecrets(ops)
  const read = (name: string): string | undefined => {
    const value = secrets[name]
    if (typeof value !== 'string' || value === '') return undefined
    if (/^[!-~]+$/.test(value)) return value
    throw new Stop(`${name} holds a blank, or another character that no secret of ours has`)
  }
  const token = read('ADMIN_TOKEN')
  const [id, secret] = [read('CF_ACCESS_CLIENT_ID'), read('CF_ACCESS_CLIENT_SECRET')]
  const service = id !== undefined && secret !== undefined
  if (token === undefined && !service) await requireSettings(ops, secrets, ['ADMIN_TOKEN'])
  return {
    ...(token !== undefined && { [HEADERS.authorization]: `Bearer ${token}` }),
    ...(service && { 'cf-access-client-id': id, 'cf-access-client-secret': secret }),
  }
}

function presentedAs(headers: Readonly<Record<string, string>>): string {
  return HEADERS.authorization in headers ? 'ADMIN_TOKEN' : 'the service token'
}

/** A refusal, with the option in place of the field, and the command that lists what there is. */
function refusal(name: OperationName, { status, detail }: Refused, url: string): Stop {
  const noun = /^There is no such (.+) here\.$/.exec(detail)?.[1]
  if (noun !== undefined) return missing(noun)
  if (status >= 500 || detail === '')
    return new Stop(`${url} answered ${status}${detail && `: ${detail}`}`)
  return new Stop(inOptions(name, detail), status === 400 || status === 422 ? 2 : 1)
}

function missing(noun: string): Stop {
  const command = listCommandOf(noun)
  return new Stop(`there is no such ${noun}${command ? `; see: npm run ops -- ${command}` : ''}`)
}

/** `ips[0]: must be …` as `--ip, entry 1: must be …`; `quotas.plan: …` as `--quota plan: …`. */
function inOptions(name: OperationName, detail: string): string {
  const [, at, member, rest] = /^([a-z_]+)(?:[.[]([^\]:]+)\]?)?(: .*)$/s.exec(detail) ?? []
  const field = INPUTS[name].fields.find((one) => one.name === at)
  if (field === undefined || field.in === 'path') return detail
  const entry = /^\d+$/.test(member ?? '')
    ? `, entry ${Number(member) + 1}`
    : member && ` ${member}`
  return `--${nameOf(field, COMMANDS[name])}${entry ?? ''}${rest}`
}
