// What people may do in the management API: every operation, called by each sort of actor, and every
// id, called by people of another organization. In process, because no request makes a person.

import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it, test } from 'vitest'

import type { Actor } from '../../src/control/api/actor.ts'
import { READING } from '../../src/control/api/permission.ts'
import { OPERATIONS, type OperationName } from '../../src/catalog/operations.ts'
import {
  at,
  BODIES,
  NAMES,
  OF_ORGANIZATION,
  WITH_ID,
  type Ids,
} from '../blackbox/control/requests.ts'
import {
  dump,
  furnish,
  keyActor,
  OPERATOR,
  person,
  startWorld,
  type Answer,
  type World,
} from './control-world.ts'
import { applySchema, makeOrganization, run } from './rows.ts'

let world: World
let mine: string
/** What nobody's call changes. */
let untouched: { readonly organization: string; readonly ids: Ids }
beforeAll(async () => {
  await applySchema()
  world = await startWorld()
  mine = await makeOrganization()
  untouched = { organization: mine, ids: await furnish(world, mine) }
})

/** What a request needs beyond the table where no key says it. */
const MORE: Partial<Record<OperationName, object>> = {
  createKey: { environment: 'live' },
  importKey: { environment: 'live' },
  mintToken: { environment: 'live' },
}

/** Calls an operation as it should be called, on these things. */
async function callOn(
  actor: Actor,
  name: OperationName,
  ids: Ids,
  query: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const asked = new URLSearchParams(query)
  if (name === 'getRateLimits') asked.set('key', ids.key)
  const more = name === 'explain' ? { key_id: ids.key } : MORE[name]
  const body = BODIES[name] && { ...BODIES[name], ...more }
  const unique = name === 'importKey' && { sha256: await digest(ids.key + actor.type) }
  const path = at(name, ids, asked.size > 0 ? `?${asked.toString()}` : '')
  return await world.call(actor, path, body && { ...body, ...unique })
}

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

const reads = (name: OperationName): boolean =>
  OPERATIONS[name].verb === 'GET' || name === 'explain'
const forOperators = (name: OperationName): boolean => OPERATIONS[name].access === 'operators'

test('the only operation that reads and is no GET is explain', () => {
  expect(READING).toEqual(['explain'])
})

describe.each(NAMES)('%s', (name) => {
  /** Things to call it on: of an organization of their own where the call changes them. */
  const things = async (open: boolean): Promise<Ids> => {
    mine = untouched.organization
    if (!open || reads(name)) return untouched.ids
    mine = await makeOrganization()
    return await furnish(world, mine)
  }

  it('is open to operators', async () => {
    const ids = await things(true)
    const named = OF_ORGANIZATION.includes(name) ? { organization: mine } : {}
    const answer = await callOn(OPERATOR, name, ids, named)
    expect(answer.outcome).toMatch(/^20[0124]$/)
  })

  it(`is ${forOperators(name) ? 'closed' : 'open'} to administrators`, async () => {
    const ids = await things(!forOperators(name))
    const answer = await callOn(person(mine, 'administrator'), name, ids)
    expect(answer.outcome).toMatch(forOperators(name) ? /^403 operators_only$/ : /^20[0124]$/)
  })

  it(`is ${reads(name) && !forOperators(name) ? 'open' : 'closed'} to viewers`, async () => {
    const ids = await things(false)
    const before = await dump()
    const answer = await callOn(person(mine, 'viewer'), name, ids)
    const expected = forOperators(name)
      ? /^403 operators_only$/
      : reads(name)
        ? /^200$/
        : /^403 role_viewer$/
    expect(answer.outcome).toMatch(expected)
    expect(await dump()).toBe(before)
  })

  it('is refused to viewers before anything of the request is read', async () => {
    if (reads(name) && !forOperators(name)) return
    const path = at(name, await things(false), '?organization=org_nowhere&organization=x')
    const viewer = person(mine, 'viewer')
    for (const body of [undefined, ...(OPERATIONS[name].verb === 'GET' ? [] : [{ nonsense: 1 }])]) {
      expect((await world.call(viewer, path, body)).outcome).toMatch(/^403 (?:role_v|operators_o)/)
    }
  })

  it('is as it was for keys, which have no part in what people do', async () => {
    const closed = { operators: '403 operators_only', people: '403 people_only' }
    const access = String(OPERATIONS[name].access)
    const ids = await things(!(access in closed))
    const answer = await callOn(await keyActor(world, mine), name, ids)
    if (access in closed) expect(answer.outcome).toBe(closed[access as keyof typeof closed])
    else expect(answer.outcome).toMatch(/^20[0124]$/)
  })
})

describe('people of another organization', () => {
  let theirs: string
  let ids: Ids
  let before: string
  beforeAll(async () => {
    theirs = await makeOrganization()
    ids = await furnish(world, mine)
    before = await dump()
  })
  const expectNothing = async (name: OperationName, query: Record<string, string>) => {
    const asAdministrator = await callOn(person(theirs, 'administrator'), name, ids, query)
    expect(asAdministrator.outcome).toBe('404 not_found')
    const asViewer = await callOn(person(theirs, 'viewer'), name, ids, query)
    expect(asViewer.outcome).toBe(reads(name) ? '404 not_found' : '403 role_viewer')
    expect(await dump()).toBe(before)
  }

  test.each([...WITH_ID, 'removeMember', 'getRateLimits', 'explain'] as const)(
    'find nothing by an id: %s',
    (name) => expectNothing(name, {}),
  )

  test.each(OF_ORGANIZATION)('cannot name it: %s', (name) =>
    expectNothing(name, { organization: mine }),
  )

  test.each(['none', 'org_nowhere'])(
    'see nobody’s calls in the audit: %s',
    async (organization) => {
      for (const name of ['listAudit', 'exportAudit', 'verifyAudit', 'getUsage'] as const) {
        expect((await callOn(person(theirs, 'viewer'), name, ids, { organization })).status).toBe(
          404,
        )
      }
    },
  )

  test.each([
    ['listKeys', (of: Ids) => ({ service_user: of.user })],
    ['listAudit', (of: Ids) => ({ key: of.key })],
    ['listAudit', (of: Ids) => ({ service_user: of.user })],
    ['getUsage', (of: Ids) => ({ key: of.key })],
  ] as const)('find nothing by a filter: %s', async (name, filter) => {
    const answer = await callOn(person(theirs, 'administrator'), name, ids, filter(ids))
    expect(answer.body['items']).toEqual([])
  })

  test('make its member one of their own, and change nothing there', async () => {
    const made = await callOn(person(theirs, 'administrator'), 'putMember', ids)
    expect([made.outcome, made.body['organization_id']]).toEqual(['201', theirs])
    const gone = await callOn(person(theirs, 'administrator'), 'removeMember', ids)
    expect(gone.outcome).toBe('204')
    expect(await dump()).toBe(before)
  })
})

/** A key as the administrator of `mine` asks for it. */
function newKey(more: object): Promise<Answer> {
  const body = { kind: 'secret', name: 'x', environment: 'sandbox', ...more }
  return world.call(person(mine, 'administrator'), 'POST /keys', body)
}

describe('an administrator', () => {
  beforeEach(async () => {
    mine = await makeOrganization()
  })

  it('makes keys of both environments with every scope', async () => {
    for (const environment of ['live', 'sandbox']) {
      const made = await newKey({ environment, scopes: ['keys:write', 'sessions:read'] })
      expect([made.outcome, made.body['organization_id']]).toEqual(['201', mine])
    }
  })

  it('grants the products of the organization only', async () => {
    await run(`UPDATE organizations SET products = '["verifa"]' WHERE id = '${mine}'`)
    const made = await newKey({ products: ['verifa'] })
    expect(made.body['products']).toEqual(['verifa'])
    const beyond = await newKey({ products: ['verifa', 'vault'] })
    expect(beyond.outcome).toBe('403 grant_beyond_own')
  })

  it('gives quotas within the plan only, at making and at changing', async () => {
    expect((await newKey({ quotas: { plan: 1_000, sessions: 300 } })).outcome).toBe('201')
    const beyond = { quotas: { plan: 1_001 } }
    expect((await newKey(beyond)).outcome).toBe('403 grant_beyond_own')
    const { key: id } = await furnish(world, mine)
    const by = person(mine, 'administrator')
    expect((await world.call(by, `PATCH /keys/${id}`, beyond)).outcome).toBe('403 grant_beyond_own')
    const asked = `PATCH /keys/${id}?organization=${mine}`
    expect((await world.call(OPERATOR, asked, beyond)).outcome).toBe('200')
  })

  it.each([{ plan: 'free' }, { products: [] }, { suspended: true }])(
    'does not change what operators decide: %j',
    async (change) => {
      const by = person(mine, 'administrator')
      expect((await world.call(by, 'PATCH /organization', change)).outcome).toBe(
        '403 operators_only',
      )
    },
  )

  it('pastes no credential into explain', async () => {
    const asked = { credential: 'vk_live_x', method: 'GET', path: '/api/v1/sessions' }
    const answer = await world.call(person(mine, 'administrator'), 'POST /explain', asked)
    expect(answer.outcome).toBe('403 operators_only')
  })

  it('does not change the own membership, another administrator does', async () => {
    const ann = person(mine, 'administrator', 'ann@example.com')
    const bob = person(mine, 'administrator', 'bob@example.com')
    for (const { email } of [ann, bob] as { email: string }[]) {
      await world.call(OPERATOR, `PUT /members/${email}?organization=${mine}`, {
        role: 'administrator',
      })
    }
    for (const email of ['ann@example.com', 'Ann@Example.com', 'ann%40example.com']) {
      const path = `/members/${email}`
      const demoted = await world.call(ann, `PUT ${path}`, { role: 'viewer' })
      expect(demoted.outcome).toBe('409 own_membership')
      expect((await world.call(ann, `DELETE ${path}`)).outcome).toBe('409 own_membership')
    }
    const put = await world.call(bob, 'PUT /members/ann@example.com', { role: 'viewer' })
    expect([put.outcome, put.body['role']]).toEqual(['200', 'viewer'])
    expect((await world.call(bob, 'DELETE /members/ann@example.com')).outcome).toBe('204')
  })
})

it('a person is told who they are', async () => {
  const { body } = await world.call(person(mine, 'viewer', 'ann@example.com'), 'GET /whoami')
  expect(body).toEqual({
    ...{ type: 'person', id: 'ann@example.com', organization_id: mine, role: 'viewer' },
    ...{ kind: null, environment: null, plan: null, scopes: [], products: [], expires_at: null },
  })
})

const ADMINISTRATORS = (organization: string) =>
  env.DB.prepare(
    `SELECT count(*) AS n FROM members WHERE organization_id = ?1 AND role = 'administrator'`,
  )
    .bind(organization)
    .first<number>('n')

describe('an organization keeps an administrator', () => {
  const emails = ['ann@example.com', 'bob@example.com'] as const
  const [ann, bob] = emails
  let organization: string
  beforeEach(async () => {
    organization = await makeOrganization()
    await run(
      `DELETE FROM members WHERE organization_id = '${organization}'`,
      ...emails.map(
        (email) => `INSERT INTO members (organization_id, email, role)
          VALUES ('${organization}', '${email}', 'administrator')`,
      ),
    )
  })
  const as = (email: string) => person(organization, 'administrator', email)
  const removal = (actor: Actor, email: string) =>
    world.call(
      actor,
      `DELETE /members/${email}${actor.type === 'operator' ? `?organization=${organization}` : ''}`,
    )
  const demotion = (actor: Actor, email: string) =>
    world.call(
      actor,
      `PUT /members/${email}${actor.type === 'operator' ? `?organization=${organization}` : ''}`,
      { role: 'viewer' },
    )
  const WAYS = [removal, demotion]

  it('whoever removes or demotes whom at the same time', async () => {
    for (let round = 0; round < 24; round++) {
      const [first, second] = [WAYS[round % 2], WAYS[(round >> 1) % 2]] as [
        typeof removal,
        typeof removal,
      ]
      const [one, other] =
        round % 3 === 0
          ? [OPERATOR, as(ann)]
          : round % 3 === 1
            ? [as(bob), as(ann)]
            : [OPERATOR, OPERATOR]
      const answers = await Promise.all([first(one, ann), second(other, bob)])
      const outcomes = answers.map(({ outcome }) => outcome)
      expect(await ADMINISTRATORS(organization), String(outcomes)).toBe(1)
      expect(outcomes.filter((outcome) => outcome.startsWith('20'))).toHaveLength(1)
      await run(
        ...emails.map(
          (email) => `INSERT INTO members (organization_id, email, role)
            VALUES ('${organization}', '${email}', 'administrator')
            ON CONFLICT DO UPDATE SET role = excluded.role`,
        ),
      )
    }
  })

  it('also where an operator takes away the last one', async () => {
    expect((await removal(OPERATOR, ann)).outcome).toBe('204')
    expect((await removal(OPERATOR, bob)).outcome).toBe('409 last_administrator')
    expect((await demotion(OPERATOR, bob)).outcome).toBe('409 last_administrator')
    expect(await ADMINISTRATORS(organization)).toBe(1)
  })
})

const ONCE = { kind: 'secret', name: 'once', environment: 'live' }

async function makeOnce(actor: Actor, query = ''): Promise<Answer['body']> {
  const header = { 'idempotency-key': 'the-same-for-all' }
  return (await world.call(actor, `POST /keys${query}`, ONCE, header)).body
}

it('an Idempotency-Key is of one person, and of nobody else of that name', async () => {
  mine = await makeOrganization()
  const ann = person(mine, 'administrator', 'ann@example.com')
  for (const email of ['ann@example.com', 'bob@example.com']) {
    await run(`INSERT INTO members (organization_id, email, role)
      VALUES ('${mine}', '${email}', 'administrator')`)
  }
  const first = await makeOnce(ann)
  expect(first['value']).toMatch(/^vk_live_/)
  expect(await makeOnce(ann)).toMatchObject({ id: first['id'], value: null })
  const others: readonly [Actor, string?][] = [
    [person(mine, 'administrator', 'bob@example.com')],
    [{ type: 'operator', name: 'ann@example.com' }, `?organization=${mine}`],
  ]
  for (const [actor, query] of others) {
    expect((await makeOnce(actor, query))['id']).not.toBe(first['id'])
  }
})
