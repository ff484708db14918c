// The settings of the local deployment: the secrets of .dev.vars, made on the first start and never
// touched again, with what only development has laid over them. They are checked by the same code
// that the Worker runs, before anything is started.

import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

import { demoCatalog } from './demo/catalog.ts'
import { parseControlSettings, type ParsedControlSettings } from '../control/settings.ts'
import { generateSigningKey } from '../credentials/signing-keys.ts'
import { Problem } from './problem.ts'

/** Base URLs by product and environment, as in `UPSTREAMS`. */
export type UpstreamUrls = Readonly<Record<string, Readonly<Record<string, string>>>>

const SECRET_BYTES = 32

/** Makes .dev.vars unless it is there; whether it was made. */
export async function ensureDevVars(path: string): Promise<boolean> {
  if (existsSync(path)) return false
  const keys = JSON.stringify({ keys: [await generateSigningKey()] })
  const text = [
    '# Secrets of the local deployment, made by `npm run dev`. Never commit them.',
    '# Keys minted under a pepper are worth nothing under another.',
    `KEY_PEPPER=${randomSecret()}`,
    `SIGNING_KEYS='${keys}'`,
    `ADMIN_TOKEN=${randomSecret()}`,
    '',
  ].join('\n')
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
  return true
}

/** The Worker's settings as text: .dev.vars, and over it what belongs to this very stack. */
export function readVars(path: string, url: string): Record<string, unknown> {
  const vars: Record<string, unknown> = parseEnv(readFileSync(path, 'utf8'))
  const upstreams = vars['UPSTREAMS'] ?? '{}'
  return {
    ...vars,
    ISSUER: url,
    CONSOLE: 'token',
    EDGE_HOSTS: ['localhost', '127.0.0.1', '[::1]'],
    UPSTREAMS: typeof upstreams === 'string' ? readJson('UPSTREAMS', upstreams) : upstreams,
  }
}

/**
 * Lays the upstreams that .dev.vars names over those of the demo, so that a developer can put the
 * edge before a service of their own.
 */
export function withUpstreams(
  vars: Readonly<Record<string, unknown>>,
  demo: UpstreamUrls,
): Record<string, unknown> {
  const own = vars['UPSTREAMS'] as UpstreamUrls
  const products = Object.entries(demo).map(([id, urls]) => [id, { ...urls, ...own[id] }])
  return { ...vars, UPSTREAMS: Object.fromEntries(products) }
}

/** @throws Problem naming every setting that is wrong, never with its value. */
export function checkSettings(vars: Readonly<Record<string, unknown>>): ParsedControlSettings {
  const parsed = parseControlSettings(vars, demoCatalog)
  if (parsed.ok) return parsed.value
  throw new Problem(
    [
      '.dev.vars cannot be used:',
      ...parsed.error.map((mistake) => `  ${mistake}`),
      'Put it right, or delete it to have a new one made.',
    ].join('\n'),
  )
}

function randomSecret(): string {
  return randomBytes(SECRET_BYTES).toString('hex')
}

function readJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem(`.dev.vars cannot be used:\n  ${name} is not JSON`)
  }
}
