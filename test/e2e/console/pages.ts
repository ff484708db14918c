// Every page that the console has, found by following its links, and what each must be.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

import type axe from 'axe-core'
import type { Page } from 'playwright-core'

import { CONSOLE, HOME, type Look } from './stack.ts'

/** Files, and the way out. */
const NO_PAGES = /\/sign-out$|\.csv|\/export|\/assets\//

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A page, and what a first visit of it costs. */
export interface Visit {
  readonly path: string
  /** Headers and bodies of all that is fetched. */
  readonly wireBytes: number
  /** Until the first text or picture was painted. */
  readonly readableMs: number
}

/** All pages, one for each form: ids, and what a search narrows, do not make another. */
export async function findPages(page: Page, first: readonly string[]): Promise<Visit[]> {
  const found = new Map<string, Visit>()
  const visit = await visitor(page)
  const waiting = [...first]
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const form = formOf(path)
    if (found.has(form) || NO_PAGES.test(path)) continue
    found.set(form, await visit(path))
    const links = await page
      .locator('a[href]')
      .evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href))
    for (const link of links) {
      const { origin, pathname, search } = new URL(link)
      const ours = origin === new URL(page.url()).origin && pathname.startsWith(`${CONSOLE}/`)
      if (ours) waiting.push(pathname + search)
    }
  }
  return [...found.values()]
}

/** `/keys/:id`: the path without ids; a kind makes another form. */
function formOf(path: string): string {
  const { pathname, searchParams } = new URL(path, 'http://console.invalid')
  const organization = pathname.startsWith(HOME) ? '' : ':another'
  const plain = pathname
    .replace(/\/o\/[^/]+/, `/o/:organization${organization}`)
    .replace(/\/(?:key|su|whe|dlv|chg)_\w+/g, '/:id')
    .replace(/\/[0-9a-f-]{36}/g, '/:id')
    .replace(/\/[^/]*(?:@|%40)[^/]*/g, '/:email')
  return `${plain}?${searchParams.get('kind') ?? searchParams.get('request')?.length ?? ''}`
}

/** Visits pages as if each were the first, and counts what comes over the wire. */
async function visitor(page: Page): Promise<(path: string) => Promise<Visit>> {
  const session = await page.context().newCDPSession(page)
  let wireBytes = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (wireBytes += encodedDataLength))
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  return async (path) => {
    wireBytes = 0
    const answer = await page.goto(path)
    if (answer?.status() !== 200) throw new Error(`${path} answered ${String(answer?.status())}`)
    const readableMs = await page.evaluate(firstPaint)
    return { path, wireBytes, readableMs }
  }
}

/** In the page: when its first text or picture was painted. */
function firstPaint(): Promise<number> {
  return new Promise((resolve) => {
    const observer = new PerformanceObserver((list) => {
      const [paint] = list.getEntriesByName('first-contentful-paint')
      if (paint) resolve(paint.startTime)
    })
    observer.observe({ type: 'paint', buffered: true })
  })
}

/** The rules of axe-core that look at colours; the others see the same in light and in dark. */
export const OF_COLOURS: readonly string[] = ['color-contrast', 'link-in-text-block']

/** What axe-core finds wrong with the page as it stands, by all its rules or by some; empty when it is good. */
export async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  const source = await axeSource
  // Evaluated from outside, past the policy, which rightly lets no script in.
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(source)
  const { violations: found } = await page.evaluate(
    async (runOnly) =>
      await (globalThis as unknown as { axe: typeof axe }).axe.run({
        resultTypes: ['violations'],
        ...(runOnly && { runOnly }),
      }),
    rules && [...rules],
  )
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, target }) => `${id}: ${String(target)} ${html.slice(0, 200)}`),
  )
}

/** What is wider than the window, where the page itself would scroll sideways. */
export function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    return [...document.querySelectorAll('body *')]
      .filter((one) => one.getBoundingClientRect().right > clientWidth + 1)
      .filter((one) => !one.parentElement?.closest('.scroll, pre'))
      .map((one) => `${one.tagName}.${one.className} in ${scrollWidth}/${clientWidth}`)
      .slice(0, 5)
  })
}

export async function lookAt(page: Page, { width, scheme }: Look): Promise<void> {
  await page.setViewportSize({ width, height: 900 })
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
}
