// What a tenant's receivers can take from others, and what a receiver can be made to take: lanes of each
// organization, a bound of each site and minute, a breaker of each silent host.

import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'

import {
  CHALLENGES_PER_MINUTE,
  challengeBounds,
  MINUTE_MS,
  ORGANIZATION_PER_MINUTE,
  SHARED_SITE_PER_MINUTE,
  SITE_PER_MINUTE,
  siteOf,
  countStatement,
} from '../../src/control/webhooks/bounds.ts'
import { ORGANIZATION_LANES } from '../../src/control/webhooks/claim.ts'
import { deliver, deliverDue, deliverHinted } from '../../src/control/webhooks/deliver.ts'
import { resend, sendTest } from '../../src/control/webhooks/deliveries.ts'
import { deliveryIdsOf, enqueueStatements } from '../../src/control/webhooks/outbox.ts'
import { applySchema } from './rows.ts'
import { makeWorld, START, type World } from './webhooks-world.ts'

let world: World
beforeAll(applySchema)
beforeEach(async () => {
  await env.DB.batch(
    ['endpoints', 'events', 'sends', 'hosts'].map((table) =>
      env.DB.prepare(`DELETE FROM webhook_${table}`),
    ),
  )
  world = await makeWorld(env.DB)
})

async function happen(organizationId: string, times = 1): Promise<string[]> {
  const ids: string[] = []
  for (let i = 0; i < times; i++) {
    const keyId = await world.key(organizationId)
    const statements = enqueueStatements({ change: 'created', keyId }, world.now)
    ids.push(...deliveryIdsOf(await world.run(...statements)))
  }
  return ids
}

/** An organization with endpoints at the URLs. */
async function tenant(...urls: readonly string[]): Promise<{ org: string; endpoints: string[] }> {
  const org = await world.organization()
  const endpoints: string[] = []
  for (const url of urls) endpoints.push((await world.endpoint(org, { url })).id)
  return { org, endpoints }
}

const many = (count: number, url: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => url(i))
const silent = () => Promise.reject(new Error('connection refused'))
const sentTo = (host: string) => world.sent.filter(({ url }) => new URL(url).host === host)

describe('the bound of a site and minute', () => {
  it.each<[string, (i: number) => string]>([
    ['twenty endpoints at one host', (i) => `https://victim.example.com/${i}`],
    ['twenty hosts of one domain', (i) => `https://h${i}.victim.com/`],
    ['two ports of one host', (i) => `https://victim.org${i % 2 ? ':8443' : ''}/${i}`],
  ])('%s are sent no more than it, whoever runs', async (_what, url) => {
    const { org } = await tenant(...many(20, url))
    const ids = await happen(org, 4)
    expect(ids).toHaveLength(80)
    await Promise.all([deliver(world.deps, ids), deliverDue(world.deps)])
    expect(world.sent).toHaveLength(SITE_PER_MINUTE)
    world.now += MINUTE_MS
    await deliverDue(world.deps)
    expect(world.sent).toHaveLength(80)
    expect(new Set(world.sent.map((sent) => sent.url + sent.headers['webhook-id'])).size).toBe(80)
  })

  it('what waits for it has used up no attempt', async () => {
    const { org } = await tenant('https://hooks.example.com/')
    const ids = await happen(org, SITE_PER_MINUTE + 1)
    const { retries } = await deliver(world.deps, ids)
    const next = Math.ceil(START / MINUTE_MS) * MINUTE_MS
    expect(retries).toEqual([{ deliveryId: expect.any(String) as unknown, dueAt: next }])
    const rows = await world.rows(
      `SELECT attempts, next_attempt_at AS at FROM webhook_deliveries WHERE state = 'pending'`,
    )
    expect(rows).toEqual([{ attempts: 0, at: next }])
  })

  it('tests and resends count too', async () => {
    const { org, endpoints } = await tenant('https://hooks.example.com/')
    const [endpoint = ''] = endpoints
    const [first = ''] = await happen(org)
    for (let i = 0; i < SITE_PER_MINUTE; i++) {
      const sent =
        i % 2 === 0
          ? await sendTest(world.db, org, endpoint, world.now)
          : await resend(world.db, org, endpoint, first, world.now)
      if (!sent.ok) throw new Error(sent.error)
      await deliver(world.deps, [sent.value])
    }
    await resend(world.db, org, endpoint, first, world.now)
    await deliver(world.deps, [first])
    expect(world.sent.length).toBe(SITE_PER_MINUTE)
  })

  it('another organization’s at the same host are sent, up to what the host gets of all', async () => {
    const url = 'https://hooks.shared.com/'
    const busy = await tenant(url)
    const quiet = await tenant(url)
    await happen(busy.org, SITE_PER_MINUTE + 10)
    const [id = ''] = await happen(quiet.org)
    await deliverDue(world.deps)
    expect(world.sent).toHaveLength(SITE_PER_MINUTE + 1)
    await world.rows(
      `UPDATE webhook_sends SET sent = ? WHERE scope = 'site shared.com'`,
      SHARED_SITE_PER_MINUTE,
    )
    await resend(world.db, quiet.org, quiet.endpoints[0] ?? '', id, world.now)
    await deliver(world.deps, [id])
    expect(world.sent).toHaveLength(SITE_PER_MINUTE + 1)
  })

  it('one organization’s to all sites are bounded as well', async () => {
    const { org } = await tenant(...many(3, (i) => `https://site${i}.com/`))
    await happen(org)
    await deliverDue(world.deps)
    await world.rows(
      'UPDATE webhook_sends SET sent = ? WHERE scope = ?',
      ...[ORGANIZATION_PER_MINUTE - 1, `organization ${org}`],
    )
    await happen(org)
    await deliverDue(world.deps)
    expect(world.sent).toHaveLength(4)
    expect(await world.rows('SELECT max(sent) AS sent FROM webhook_sends')).toEqual([
      { sent: ORGANIZATION_PER_MINUTE },
    ])
  })

  it('challenges have one of their own, and count as deliveries', async () => {
    const take = async (url: string) =>
      (await world.run(countStatement(challengeBounds('org_x', url), world.now)))[0]?.results.length
    for (let i = 0; i < CHALLENGES_PER_MINUTE; i++) expect(await take(`https://a${i}.com/`)).toBe(4)
    expect(await take('https://b.com/')).toBe(0)
    world.now += MINUTE_MS
    expect(await take('https://b.com/')).toBe(4)
    await world.rows(`UPDATE webhook_sends SET sent = 60 WHERE scope = 'site b.com org_x'`)
    expect(await take('https://b.com/')).toBe(0)
  })

  it.each([
    ['https://a.b.example.co.uk/x', 'example.co.uk'],
    ['https://tenant.workers.dev/', 'tenant.workers.dev'],
    ['https://example.com:8443/', 'example.com'],
    ['http://127.0.0.1:8080/', '127.0.0.1:8080'],
  ])('counts %s as %s', (url, site) => {
    expect(siteOf(url)).toBe(site)
  })
})

describe('lanes', () => {
  it('an organization holds so many and no more, whoever runs; the next is for another', async () => {
    const hanging = await tenant(...many(4, (i) => `https://slow${i}.com/`))
    const quiet = await tenant('https://quiet.com/')
    const release = Promise.withResolvers<void>()
    const heard = Promise.withResolvers<void>()
    world.answer = async ({ url }) => {
      if (url === 'https://quiet.com/') heard.resolve()
      else await release.promise
      return new Response()
    }
    const ids = await happen(hanging.org, 10)
    const runs = [0, 1, 2, 3].map((i) => deliverHinted(world.deps, ids.slice(10 * i, 10 * i + 10)))
    const event = await happen(quiet.org)
    const own = deliver(world.deps, event)
    await heard.promise
    await own
    expect(world.sent.length).toBeLessThanOrEqual(ORGANIZATION_LANES + 1)
    release.resolve()
    await Promise.all(runs)
    // Those that went on found what the others had to leave.
    expect(world.sent).toHaveLength(41)
  })

  it('in one run, an organization of few gets a lane beside one of many', async () => {
    const hanging = await tenant(...many(4, (i) => `https://slow${i}.com/`))
    const quiet = await tenant('https://quiet.com/')
    const release = Promise.withResolvers<void>()
    const heard = Promise.withResolvers<void>()
    world.answer = async ({ url }) => {
      if (url === 'https://quiet.com/') heard.resolve()
      else await release.promise
      return new Response()
    }
    const ids = await happen(hanging.org, 10)
    const run = deliver(world.deps, [...ids, ...(await happen(quiet.org))])
    await heard.promise
    release.resolve()
    await run
  })
})

describe('the breaker of a host', () => {
  it('after three silences nothing is sent to it for a while, then one delivery tries', async () => {
    const { org } = await tenant('https://dead.com/a', 'https://dead.com/b')
    world.answer = silent
    await happen(org, 5)
    await deliverDue(world.deps)
    const first = world.sent.length
    // Those that were on their way together, and no more.
    expect(first).toBeGreaterThanOrEqual(3)
    expect(first).toBeLessThan(10)
    await deliverDue(world.deps)
    world.now += 10_000
    await deliverDue(world.deps)
    expect(world.sent).toHaveLength(first)
    world.now += 60_000
    await deliverDue(world.deps)
    expect(world.sent).toHaveLength(first + 1)
  })

  it('an answer of any sort closes it, and all that waited goes out', async () => {
    const { org } = await tenant('https://back.com/')
    world.answer = silent
    await happen(org, 8)
    await deliverDue(world.deps)
    world.answer = () => new Response('')
    for (let i = 0; i < 8; i++) {
      world.now += 60_000
      await deliverDue(world.deps)
    }
    expect(await world.rows('SELECT * FROM webhook_hosts')).toEqual([])
    expect(
      await world.rows(`SELECT count(*) AS n FROM webhook_deliveries WHERE state = 'delivered'`),
    ).toEqual([{ n: 8 }])
  })

  it('is not opened by answers, however bad', async () => {
    const { org } = await tenant('https://broken.com/')
    world.answer = () => new Response('', { status: 500 })
    await happen(org, 8)
    await deliverDue(world.deps)
    expect(world.sent).toHaveLength(8)
  })

  it('of one organization holds up no other at the same host', async () => {
    const dead = await tenant('https://shared.com/dead')
    const alive = await tenant('https://shared.com/alive')
    world.answer = ({ url }) => (url.endsWith('/dead') ? silent() : new Response())
    await happen(dead.org, 5)
    await deliverDue(world.deps)
    await happen(alive.org)
    await deliverDue(world.deps)
    expect(sentTo('shared.com').filter(({ url }) => url.endsWith('/alive'))).toHaveLength(1)
  })
})
