// A person before the browser, with a mouse or with the keyboard alone. By keyboard everything is
// reached with Tab, as somebody without a mouse reaches it.

import type { Locator, Page } from 'playwright-core'

/** As many steps as no page needs. */
const TABS_MAX = 250

export interface Person {
  readonly page: Page
  readonly go: (path: string) => Promise<void>
  /** Follows a link, also one that looks like a button, or presses a button; waits for the page. */
  readonly press: (role: 'link' | 'button', name: string | RegExp) => Promise<void>
  readonly type: (label: string | RegExp, text: string) => Promise<void>
  /** Ticks or unticks a box, or chooses of several. */
  readonly tick: (label: string | RegExp, role?: 'checkbox' | 'radio') => Promise<void>
  readonly choose: (label: string, option: string) => Promise<void>
  /** Waits until the text is there. */
  readonly sees: (text: string | RegExp) => Promise<void>
  readonly text: () => Promise<string>
}

export function personAt(page: Page, hands: 'mouse' | 'keyboard'): Person {
  const main = page.locator('body')
  const field = (label: string | RegExp): Locator =>
    main.getByLabel(label, { exact: typeof label === 'string' }).first()
  return {
    page,
    go: async (path) => void (await page.goto(path)),
    async press(role, name) {
      const named = { name, ...(typeof name === 'string' && { exact: true }) }
      const looksLikeButton = page.locator('a').and(page.getByRole('button', named))
      const one = (
        role === 'link'
          ? page.getByRole('link', named).or(looksLikeButton)
          : page.locator('button').and(page.getByRole('button', named))
      ).first()
      await one.waitFor()
      const before = await page.evaluate(() => performance.timeOrigin)
      if (hands === 'mouse') await one.click()
      else {
        await tabTo(page, one)
        await page.keyboard.press('Enter')
      }
      await page
        .waitForFunction((origin) => performance.timeOrigin !== origin, before)
        .catch(() => {
          throw new Error(`${role} ${String(name)} on ${page.url()} leads nowhere`)
        })
      await page.waitForLoadState('load')
    },
    async type(label, text) {
      const input = field(label)
      if (hands === 'mouse') return await input.fill(text)
      await tabTo(page, input)
      await page.keyboard.press('Control+A')
      await page.keyboard.insertText(text)
    },
    async tick(label, role = 'checkbox') {
      const box = main.getByRole(role, { name: label }).first()
      if (hands === 'mouse') return await box.click()
      // Of several radio buttons Tab reaches the chosen one; arrows lead to the others.
      if (role === 'radio') await box.focus()
      else await tabTo(page, box)
      await page.keyboard.press('Space')
    },
    async choose(label, option) {
      const select = main.getByRole('combobox', { name: label }).first()
      if (hands === 'keyboard') await tabTo(page, select)
      await select.selectOption({ label: option })
    },
    sees: async (text) => await main.getByText(text).first().waitFor(),
    text: async () => await main.innerText(),
  }
}

/** Presses Tab until the element has the focus, from where the focus is. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const element = await target.elementHandle()
  for (let tabs = 0; tabs <= TABS_MAX; tabs++) {
    if (await page.evaluate((one) => document.activeElement === one, element)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${String(target)} on ${page.url()} is not reached by Tab`)
}

/** What has the focus after each of so many Tabs, as a person would call it. */
export async function tabOrder(page: Page, tabs: number): Promise<string[]> {
  const order: string[] = []
  for (let i = 0; i < tabs; i++) {
    await page.keyboard.press('Tab')
    order.push(
      await page.evaluate(() => {
        const one = document.activeElement
        if (one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement) {
          return one.labels?.[0]?.textContent.trim() ?? ''
        }
        return one?.textContent.trim() ?? ''
      }),
    )
  }
  return order
}
