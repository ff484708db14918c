// What the console itself decides is on record as calls are: who signed in or out, who could not, and
// who took what away as a file.
// What is done on its pages is on the record of the API's calls that it comes to (api.ts).

import { accountFor, factsOf } from '../../audit/account.ts'
import type { Acting } from '../../audit/event.ts'
import { measured } from '../../audit/exported.ts'
import { actorName } from '../api/actor.ts'
import { refuse } from '../../reasons/refuse.ts'
import { formatAddress } from '../../lists/address.ts'
import type { AnswerOf } from '../client/client.ts'
import type { ConsoleActor, PageContext } from './context.ts'
import { withQuery } from './urls.ts'

interface Act {
  /** Who did it; with no name and no actor it belongs to nobody. */
  readonly actor?: ConsoleActor
  /** Of who is known by name and is nobody here. */
  readonly name?: string
  /** Why it was refused. */
  readonly reason?: string
  /** Where it is not the request's own, which is without a query. */
  readonly path?: string
}

/** Puts what was done on record, under the request's id, and gives its answer back. */
export async function audited(
  c: PageContext,
  { actor, name, reason, path }: Act,
  response: Response,
): Promise<Response> {
  const { edge, requestId, address, nowMs, waitUntil } = c.env.context
  const { method } = c.req
  const facts = { ...factsOf(reason ?? null, actingOf(c, actor, name)), response }
  const clientIp = address ? formatAddress(address) : ''
  const account = { method, requestId, nowMs, clientIp, path: path ?? c.req.path }
  const accounted = await accountFor(account, facts, edge, waitUntil)
  return accounted.ok ? accounted.value : refuse(accounted.error, nowMs)
}

function actingOf(
  c: PageContext,
  actor: ConsoleActor | undefined,
  name: string | undefined,
): Acting | null {
  if (!actor) return name === undefined ? null : { name, organizationId: null }
  // Before and above the organizations there is none.
  const within = c.get('organization') as AnswerOf<'getOrganization'> | undefined
  const organizationId = actor.type === 'person' ? actor.organizationId : (within?.id ?? null)
  return { name: actorName(actor), organizationId }
}

/** Hands a file on and puts it on record, under a path, with how much was taken of it. */
export function auditedExport(
  c: PageContext,
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
  file: Response,
): Response {
  const { actor } = c.get('session')
  const search = new URL(withQuery(path, query), c.req.url).searchParams
  const tell = (measure: string): Promise<Response> =>
    audited(c, { actor, path: path + measure }, file)
  return measured(file, search, tell, c.env.context.waitUntil)
}
