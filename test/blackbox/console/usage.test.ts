// Usage in the console: the same numbers in chart, table and CSV, and why calls were refused.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Minted, TestEdge } from '../../harness/edge.ts'
import { outcome, present } from '../call.ts'
import { until } from '../control/world.ts'
import { CONSOLE, type Client, type Page } from './client.ts'
import { MARKUP } from './html.ts'
import { enterAs } from './member.ts'
import type { People } from './people.ts'
import { startPeopledWorld } from './world.ts'

const USAGE = `${CONSOLE}/o/org_test/usage`
const FORMULA = '=HYPERLINK("https://evil.example")'
const DAY_MS = 86_400_000
const dayAgo = (days: number): string =>
  new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10)

let people: People
let edge: TestEdge
let client: Client
let first: Minted
let second: Minted
beforeAll(async () => {
  ;({ people, edge, client } = await startPeopledWorld())
  first = await edge.mint('secret', { name: MARKUP })
  second = await edge.mint('jwt', { name: FORMULA })
  const theirs = await edge.mint('secret', { organization: 'org_other' })
  const days: readonly (readonly [Minted, string, number, number, number, number])[] = [
    [first, 'verifa', 1, 40, 4, 0],
    [first, 'verifa', 20, 60, 0, 0],
    [second, 'aml_screening', 1, 30, 10, 200],
    [second, 'aml_screening', 60, 7, 0, 70],
  ]
  const rows = days.map(
    ([{ id }, product, ago, ...sums]) =>
      `('org_test', '${id}', '${product}', '${dayAgo(ago)}', ${sums.join(', ')})`,
  )
  await edge.sql(
    `INSERT INTO usage_daily VALUES ${rows.join(', ')},
      ('org_other', '${theirs.id}', 'verifa', '${dayAgo(1)}', 999, 999, 999)`,
  )
  const use = (path: string, key: Minted, init: object = {}): Promise<string> =>
    outcome(edge, path, { headers: present(key === second ? 'jwt' : 'secret', key), ...init })
  await edge.sql(
    `INSERT INTO refusals_daily VALUES
      ('org_test', '${first.id}', 'verifa', '${dayAgo(1)}', 'scope_missing', 4, 1),
      ('org_test', '${second.id}', 'aml_screening', '${dayAgo(1)}', 'rate_limited', 10, 1),
      ('org_other', '${theirs.id}', 'verifa', '${dayAgo(1)}', 'key_revoked', 999, 1)`,
  )
  await use('/api/v1/sessions', first)
  await use('/api/v1/cases', first)
  await use('/api/v1/cases', first)
  await use('/nothing', first)
  await use('/screening/request', second, { method: 'POST' })
  // What was called; signing in is on record as well.
  const calls = 'SELECT 1 FROM audit_events WHERE key IS NOT NULL'
  await until(async () => (await edge.sql(calls)).length === 5)
})
afterAll(() => edge.stop())

/** The rows of the table of usage, as `name requests refused credits`. */
function tableOf({ html }: Page): string[] {
  const table = /<caption[^>]*>Usage by[\s\S]*?<\/table>/.exec(html)?.[0] ?? ''
  return [...table.matchAll(/<th scope="row">([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
    row
      .replace(/<br\/>.*?<\/th>/, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  )
}

/** What the bars of a chart say, as `name: numbers`. */
function barsOf({ html }: Page, id: 'requests' | 'credits'): string[] {
  const from = html.indexOf(`<title id="${id}-title"`)
  const chart = html.slice(from, html.indexOf('</svg>', from))
  return [...chart.matchAll(/<g><title>([^<]*)<\/title>/g)].map(([, text = '']) => text)
}

/** The total height of a chart's parts of a class, in the drawing's units. */
function heightOf({ html }: Page, part: string): number {
  const shapes = html.matchAll(
    new RegExp(`<path class="${part}" d="M[\\d.]+,[\\d.]+h[\\d.]+v([\\d.]+)`, 'g'),
  )
  return [...shapes].reduce((sum, [, height]) => sum + Number(height), 0)
}

describe('chart and table', () => {
  test('by day have the same numbers, and the chart has every day', async () => {
    const page = await client.get(USAGE)
    const table = tableOf(page)
    expect(table).toEqual([
      `${dayAgo(0)} 5 3 10`,
      `${dayAgo(1)} 70 14 200`,
      `${dayAgo(20)} 60 0 0`,
      'Total 135 17 210',
    ])
    const bars = barsOf(page, 'requests')
    expect(bars).toHaveLength(30)
    expect(bars.at(-1)).toBe(`${dayAgo(0)}: 2 let through, 3 refused`)
    expect(bars.at(-2)).toBe(`${dayAgo(1)}: 56 let through, 14 refused`)
    expect(bars.at(-21)).toBe(`${dayAgo(20)}: 60 let through, 0 refused`)
    expect(bars.filter((bar) => !bar.endsWith(': 0 let through, 0 refused'))).toHaveLength(3)
    expect(barsOf(page, 'credits').at(-2)).toBe(`${dayAgo(1)}: 200 credits`)
    // The scale ends at 80, over 200 units.
    expect(heightOf(page, 'passed')).toBeCloseTo(((135 - 17) * 200) / 80)
    expect(heightOf(page, 'refused')).toBeCloseTo((17 * 200) / 80)
  })

  test('by key and by product have the same numbers', async () => {
    const byKey = await client.get(`${USAGE}?group=key`)
    expect(tableOf(byKey).map((row) => row.replace(/^.* (?=\d+ \d+ \d+$)/, ''))).toEqual([
      '104 7 0',
      '31 10 210',
      '135 17 210',
    ])
    expect(byKey.text).toContain(MARKUP)
    expect(barsOf(byKey, 'credits')[1]).toMatch(/: 210 credits$/)
    const byProduct = await client.get(`${USAGE}?group=product`)
    expect(tableOf(byProduct)).toEqual([
      'verifa 103 6 0',
      'aml_screening 31 10 210',
      'no product 1 1 0',
      'Total 135 17 210',
    ])
    expect(barsOf(byProduct, 'requests')).toEqual([
      'verifa: 97 let through, 6 refused',
      'aml_screening: 21 let through, 10 refused',
      'no product: 0 let through, 1 refused',
    ])
  })

  test('are narrowed by period, key and product', async () => {
    const total = async (query: string): Promise<string | undefined> =>
      tableOf(await client.get(`${USAGE}?${query}`)).at(-1)
    expect(await total(`from=${dayAgo(89)}`)).toBe('Total 142 17 280')
    expect(await total(`from=${dayAgo(60)}&to=${dayAgo(60)}`)).toBe('Total 7 0 70')
    expect(await total(`key=${first.id}`)).toBe('Total 104 7 0')
    expect(await total('product=verifa&group=key')).toBe('Total 103 6 0')
    const { html } = await client.get(USAGE)
    expect(html).toContain(`from=${dayAgo(6)}&amp;to=${dayAgo(0)}`)
    expect(html).toMatch(/aria-current="page">30 days/)
  })

  test('are accessible: an image with title and description', async () => {
    const { html } = await client.get(USAGE)
    for (const id of ['requests', 'credits']) {
      expect(html).toContain(`role="img" aria-labelledby="${id}-title ${id}-desc"`)
      expect(html).toMatch(new RegExp(`<desc id="${id}-desc">30 bars\\. The longest is `))
    }
  })

  test('of ninety days fit into a small page', async () => {
    const page = await client.get(`${USAGE}?from=${dayAgo(89)}`)
    expect(page.html.length).toBeLessThan(40_000)
    expect(barsOf(page, 'requests')).toEqual([])
    // Every day's bar is a part of one shape: the scale ends at 80, over 200 units.
    const [, shape = ''] =
      /<path class="refused" d="([^"]+)"/.exec(
        page.html.slice(page.html.indexOf('requests-desc')),
      ) ?? []
    const heights = [...shape.matchAll(/h[\d.]+v([\d.]+)h-/g)].map(([, height]) => Number(height))
    expect(heights.reduce((sum, height) => sum + height, 0)).toBeCloseTo((17 * 200) / 80)
  })
})

describe('why calls were refused', () => {
  test('is told by reason, with the page that mends it and the calls themselves', async () => {
    const { text, html } = await client.get(USAGE)
    expect(text).toMatch(/scope_missing6The key lacks the scope that the route needs\./)
    expect(text).toMatch(/rate_limited10/)
    expect(text).not.toContain('key_revoked')
    expect(text).toMatch(/route_unknown1There is nothing at this method and path\./)
    expect(html).toContain(`<a href="${CONSOLE}/o/org_test/keys/${first.id}">Open the key</a>`)
    const [, href = ''] = /href="([^"]+reason=scope_missing[^"]*)"/.exec(html) ?? []
    const calls = await client.get(href.replaceAll('&amp;', '&'))
    expect(calls.text.split('GET /api/v1/cases')).toHaveLength(3)
  })

  test('says so where nothing was refused', async () => {
    const query = `key=${second.id}&from=${dayAgo(0)}`
    const { text } = await client.get(`${USAGE}?${query}`)
    expect(text).toContain('Nothing was refused in this time.')
  })
})

describe('the CSV', () => {
  test('has the rows of the page, and nothing that a spreadsheet runs', async () => {
    const { html } = await client.get(USAGE)
    const [, href = ''] = /href="([^"]+\/export[^"]*)"/.exec(html) ?? []
    const csv = await client.get(href.replaceAll('&amp;', '&'))
    expect(csv.headers.get('content-type')).toContain('text/csv')
    expect(csv.headers.get('content-disposition')).toBe(
      `attachment; filename="usage-${dayAgo(29)}-${dayAgo(0)}.csv"`,
    )
    const [header, ...lines] = csv.html.trimEnd().split('\r\n')
    expect(header).toBe('day,key_id,key_name,product,requests,refused,credits')
    const sums = [0, 0, 0]
    for (const line of lines) {
      for (const [i, value] of line.split(',').slice(-3).entries())
        sums[i] = (sums[i] ?? 0) + Number(value)
    }
    expect(sums).toEqual([135, 17, 210])
    expect(csv.html).toContain(`"'=HYPERLINK(""https://evil.example"")"`)
  })

  test('goes on past a page of the API', async () => {
    const rows = Array.from(
      { length: 450 },
      (_, i) => `('org_other', 'key_${i}', '', '${dayAgo(2)}', 1, 0, 1)`,
    )
    await edge.sql(`INSERT INTO usage_daily VALUES ${rows.join(', ')}`)
    const at = `${CONSOLE}/o/org_other/usage`
    const { html } = await client.get(`${at}/export?from=${dayAgo(2)}&to=${dayAgo(2)}`)
    expect(html.trimEnd().split('\r\n')).toHaveLength(451)
    const page = await client.get(`${at}?from=${dayAgo(2)}&to=${dayAgo(2)}&group=key`)
    expect(tableOf(page).at(-1)).toBe('Total 450 0 450')
    expect(page.text).toContain('The 20 with the most requests')
    expect(page.text).toContain('There are more: these are the 200 with the most requests.')
    expect(tableOf(page)).toHaveLength(201)
  })
})

test.each([
  ['from', 'from=soon', 'must be a date'],
  ['to', `from=${dayAgo(0)}&to=${dayAgo(1)}`, 'must not be before the first day'],
  ['from', 'from=2020-01-01', 'at most 92 days'],
  ['key', `key=${encodeURIComponent(MARKUP)}`, ''],
  ['product', `product=${encodeURIComponent(MARKUP.repeat(2))}`, ''],
])(
  'a wrong %s is told at its field, and what was typed stays text',
  async (name, query, sentence) => {
    const page = await client.get(`${USAGE}?${query}`)
    expect(page.status).toBe(400)
    expect(page.html).toContain(`id="${name}-fault"`)
    expect(page.text).toContain(sentence)
    expect(page.html).not.toContain('<img src=x')
    expect((await client.get(`${USAGE}/export?${query}`)).status).toBe(400)
  },
)

test('names stay text in chart, table and words', async () => {
  for (const query of [
    '',
    '?group=key',
    '?group=product',
    `?product=${encodeURIComponent('<b>')}`,
  ]) {
    const { html } = await client.get(USAGE + query)
    expect(html).not.toContain('<img src=x')
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('<b>')
  }
})

test('a viewer sees it; people of another organization do not', async () => {
  const viewer = await enterAs(people, 'viewer')
  expect(tableOf(await viewer.get(USAGE)).at(-1)).toBe('Total 135 17 210')
  expect((await viewer.get(`${USAGE}/export`)).html).toContain(first.id)
  const stranger = await enterAs(people, 'administrator', 'org_other')
  for (const path of ['', '/export']) expect((await stranger.get(USAGE + path)).status).toBe(404)
  const own = await stranger.get(`${CONSOLE}/o/org_other/usage?key=${first.id}&group=key`)
  expect(own.text).toContain('Nothing was called in this time.')
})
