// Pages on real origins, in a real browser.

import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { chromium, type Browser, type Page } from 'playwright-core'

/** What a page's script can read of an answer. */
export interface Readable {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

export interface Site {
  readonly origin: string
  readonly port: number
  readonly stop: () => void
}

/** The first is the same engine without windows, which takes half the time. */
const BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']

export function launchBrowser(): Promise<Browser> {
  const installed = BROWSERS.find((path) => existsSync(path)) ?? '/usr/bin/chromium'
  return chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? installed,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** Serves an empty page on http://localhost:port; undefined when the port is taken. */
export async function serveSite(port: number): Promise<Site | undefined> {
  const server = createServer((_request, response) => {
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><title>page</title>')
  })
  server.listen(port, 'localhost')
  try {
    await once(server, 'listening')
  } catch {
    return undefined
  }
  const chosen = (server.address() as AddressInfo).port
  const stop = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { origin: `http://localhost:${chosen}`, port: chosen, stop }
}

/** Creates a session as a page's script would, and returns what the script can read. */
export function createSession(page: Page, edge: string, key: string): Promise<Readable> {
  return page.evaluate(
    async ([url, value]) => {
      const response = await fetch(`${url}/api/v1/sessions`, {
        method: 'POST',
        headers: { 'X-API-Key': value, 'Content-Type': 'application/json' },
        body: JSON.stringify({ template: 'kyc' }),
      })
      const body = (await response.json()) as Record<string, unknown>
      return { status: response.status, headers: Object.fromEntries(response.headers), body }
    },
    [edge, key] as const,
  )
}
