// The Developer Console as people see it, in a real browser on the local stack.

import type { BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { findPages, lookAt, OF_COLOURS, overflowing, violations, type Visit } from './pages.ts'
import { personAt, type Person } from './person.ts'
import { CONSOLE, furnish, HOME, LOOKS, startConsole, type ConsoleStack } from './stack.ts'
import { allowlists } from './walks/allowlists.ts'
import { firstCall } from './walks/first-call.ts'
import { jwtKey, keys, tabsOfKeyForm } from './walks/keys.ts'
import { audit, explain, usage } from './walks/reports.ts'
import { serviceUsers } from './walks/service-users.ts'
import { enter, signInAndOut, tabsOfSignIn } from './walks/sign-in.ts'
import { webhooks } from './walks/webhooks.ts'

/** Over the wire, with style and script. */
const PAGE_MAX_BYTES = 60_000

const SECTIONS = [
  ...['keys', 'service-users', 'allowlists', 'usage', 'webhooks', 'audit', 'explain', 'members'],
]

let stack: ConsoleStack
/** An organization in which there is nothing. */
let empty: string
/** Where somebody is signed in. */
let signedIn: BrowserContext

beforeAll(async () => {
  stack = await startConsole()
  ;({ empty } = await furnish(stack))
  const page = await stack.open(LOOKS[0]!)
  await enter(personAt(page, 'mouse'))
  signedIn = page.context()
})
afterAll(() => stack.stop())

type Walk = (person: Person, mark: string, stack: ConsoleStack) => Promise<void>

/** The parts of the console, in the order of its navigation. */
const PARTS: readonly [string, Walk][] = [
  ['the first call of a new organization', firstCall],
  ['keys', keys],
  ['a JWT key', jwtKey],
  ['service users and tokens', serviceUsers],
  ['allowlists', (person, mark, at) => allowlists(person, mark, at)],
  ['usage', usage],
  ['webhooks', webhooks],
  ['audit', audit],
  ['explain', (person, _, at) => explain(person, at)],
]

const WAYS = LOOKS.slice(0, 2).map((look, i) => ({
  ...look,
  hands: i === 0 ? ('mouse' as const) : ('keyboard' as const),
}))

describe.each(WAYS)('at $width pixels, $scheme, by $hands', ({ hands, ...look }) => {
  test('signing in and out', async () => {
    const page = await stack.open(look)
    await signInAndOut(personAt(page, hands))
    await page.context().close()
  })

  test.concurrent.each(PARTS)('%s', async (name, walk) => {
    const page = await stack.open(look, { signedInAs: signedIn })
    await walk(personAt(page, hands), `${name} ${look.width}`, stack)
    await page.context().close()
  })
})

test('Tab leads through sign-in and key creation as they are read', async () => {
  const page = await stack.open(LOOKS[0]!)
  await tabsOfSignIn(personAt(page, 'keyboard'))
  const within = await stack.open(LOOKS[0]!, { signedInAs: signedIn })
  await tabsOfKeyForm(personAt(within, 'keyboard'))
})

describe('without script', () => {
  test.concurrent.each<[string, Walk]>([
    ['keys', keys],
    ['service users and tokens', serviceUsers],
    ['allowlists', (person, mark, at) => allowlists(person, mark, at, { script: false })],
  ])('%s', async (name, walk) => {
    const page = await stack.open(LOOKS[0]!, { signedInAs: signedIn, script: false })
    await walk(personAt(page, 'mouse'), `${name} without`, stack)
    await page.context().close()
  })
})

describe('every page', () => {
  let visits: Visit[]

  test('is found by its links, and is small and soon readable', async () => {
    const page = await stack.open(LOOKS[0]!, { signedInAs: signedIn })
    visits = await findPages(page, [`${CONSOLE}/`, HOME, `${CONSOLE}/o/${empty}`])
    await page.context().close()
    const paths = visits.map(({ path }) => path)
    const bytes = Math.max(...visits.map(({ wireBytes }) => wireBytes))
    const readable = Math.max(...visits.map(({ readableMs }) => readableMs))
    console.log(
      `${paths.length} pages, of ${bytes} bytes over the wire at most, readable after ${Math.round(readable)} ms at most`,
    )
    for (const section of SECTIONS) expect(paths).toContain(`${HOME}/${section}`)
    expect(visits.filter(({ wireBytes }) => wireBytes >= PAGE_MAX_BYTES)).toEqual([])
  })

  test('has no violation for axe-core, and does not scroll sideways, in any look', async () => {
    const paths = [
      `${CONSOLE}/sign-in?next=%2F`,
      `${HOME}/nothing`,
      ...visits.map(({ path }) => path),
    ]
    const wrong: string[] = []
    const lookAtAll = async (some: readonly string[]): Promise<void> => {
      const page = await stack.open(LOOKS[0]!, { signedInAs: signedIn })
      for (const path of some) {
        // Who is signed in sees no sign-in.
        if (path.includes('sign-in')) await page.context().clearCookies()
        await page.goto(path)
        for (const [i, look] of LOOKS.entries()) {
          await lookAt(page, look)
          // The first two are of both widths and of both schemes.
          const rules = i < 2 ? undefined : OF_COLOURS
          const found = [...(await violations(page, rules)), ...(await overflowing(page))]
          wrong.push(...found.map((one) => `${path} ${look.width} ${look.scheme}: ${one}`))
        }
      }
      await page.context().close()
    }
    const half = Math.ceil(paths.length / 2)
    const [signIn = '', ...others] = paths
    await Promise.all([lookAtAll(others.slice(0, half)), lookAtAll(others.slice(half))])
    await lookAtAll([signIn])
    expect(wrong).toEqual([])
  })
})

test('nothing in the whole run violated the policy or failed', () => {
  expect(stack.complaints).toEqual([])
})
