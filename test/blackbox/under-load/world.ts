// The edge under load: two isolates over one database, one KV and the same guards, and those who make
// the changes. Calls go through either isolate in turn.

import { defaultScopes } from '../../../src/catalog/define.ts'
import { shipped } from '../../../src/catalog.ts'
import { insertOrganization } from '../../../src/dev/statements.ts'
import { ADMIN_TOKEN, type TestEdge } from '../../harness/edge.ts'
import { callOf, subjectOf, type Change, type ManagementCall, type Subject } from './changes.ts'
import { exchange, told, type Answer } from './exchange.ts'
import { enforcedAt, underLoad, type Repetition, type Verdict } from './repetition.ts'

/** How a repetition differs from a plain one. */
export type Disturbance = Pick<Repetition, 'tolerated'> & {
  readonly prepare?: (subject: Subject) => Promise<void>
  readonly disturb?: (subject: Subject) => Promise<void>
}

export interface Repeated extends Verdict {
  readonly change: Change
  readonly subject: Subject
  /** What the management API answered. */
  readonly answer: Answer
}

export interface World {
  readonly edge: TestEdge
  /** A new credential, with a change made to it while it is used. */
  repeat(change: Change, disturbance?: Disturbance): Promise<Repeated>
  manage(change: Pick<Change, 'byOperator'>, call: ManagementCall): Promise<Answer>
  /** What a call with the credential is told, through each isolate. */
  tryEverywhere(change: Change, subject: Pick<Subject, 'value'>): Promise<string[]>
}

const MANAGES = [...defaultScopes(shipped), 'keys:read', 'keys:write', 'ingest', 'search']
const PRODUCTS = ['verifa', 'vault', 'document_verification', 'aml_screening']
const SYNC: ManagementCall = { method: 'POST', path: '/sync', body: {} }
const MAX_SYNCS = 50

/** Puts a manager, with a quota for many changes, into the edge's organization. */
export async function startWorld(edge: TestEdge): Promise<World> {
  const manager = await edge.mint('secret', { scopes: MANAGES, products: ['verifa', 'vault'] })
  await edge.sql(`UPDATE credentials SET quotas = '{"plan":1000000}' WHERE id = '${manager.id}'`)
  await edge.sync()
  let calls = 0
  let organizations = 0

  const manage: World['manage'] = ({ byOperator }, { method, path, body }) => {
    const port = edge.ports[++calls % edge.ports.length] ?? edge.port
    const own = path.includes('organization=') || path === SYNC.path
    const target = `/edge/v1${path}${byOperator && !own ? '?organization=org_test' : ''}`
    const credential = byOperator
      ? { authorization: `Bearer ${ADMIN_TOKEN}` }
      : { 'x-api-key': manager.value }
    const headers = { ...credential, 'content-type': 'application/json' }
    return exchange(port, { method, target, headers, body: JSON.stringify(body) })
  }

  /** Makes a change, and has it finished where a guard could not be reached. */
  const enforce = async (change: Change, call: ManagementCall): Promise<Answer> => {
    const answer = await manage(change, call)
    let at = enforcedAt(answer)
    for (let syncs = 0; at === null; syncs++) {
      if (syncs === MAX_SYNCS) throw new Error(`not in force after ${MAX_SYNCS} syncs`)
      at = enforcedAt(await manage({ byOperator: true }, SYNC))
    }
    return answer
  }

  return {
    edge,
    manage,
    async repeat(change, { prepare, disturb, tolerated } = {}) {
      let organization = 'org_test'
      if (change.narrow({ organization: '', id: '', value: '' }).path.startsWith('/organization')) {
        organization = `org_load_${++organizations}`
        const row = { id: organization, name: 'Load', plan: 'enterprise', products: PRODUCTS }
        await edge.sql(insertOrganization(row))
      }
      const subject = await subjectOf(edge, change, organization)
      let answer: Answer | undefined
      const verdict = await underLoad(edge, {
        call: callOf(change, subject),
        async change() {
          answer = await enforce(change, change.narrow(subject))
        },
        refusal: change.refusal,
        ...(prepare && { prepare: () => prepare(subject) }),
        ...(disturb && { disturb: () => disturb(subject) }),
        ...(tolerated && { tolerated }),
      })
      if (!answer) throw new Error('the change was not made')
      return { ...verdict, change, subject, answer }
    },
    async tryEverywhere(change, subject) {
      const answers = edge.ports.map((port) => exchange(port, callOf(change, subject)))
      return (await Promise.all(answers)).map(told)
    },
  }
}
