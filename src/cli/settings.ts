// Settings and secrets as the operator's machine has them. The rules are those of the edge itself
// (src/config/settings.ts); what is missing stops a command by its name before anything is written. Secrets stay in
// this process: they are in no argument, file or message.

import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'

import { CONFIGS, SECRETS, type Role } from '../config/workers.ts'
import { Stop, type Ops } from './answer.ts'
import { PROJECT } from './project.ts'

export type Vars = Readonly<Record<string, unknown>>

/** All secrets, by the names that wrangler and .dev.vars give them. */
export const SECRET_NAMES = SECRETS.control
/** A service token for Cloudflare Access, which may stand before the edge. */
export const ACCESS_NAMES = ['CF_ACCESS_CLIENT_ID', 'CF_ACCESS_CLIENT_SECRET'] as const

/**
 * The secrets of the target: from --vars, else with --local from .dev.vars (where other settings may
 * stand too, as for wrangler), else from the environment.
 */
export async function readSecrets(ops: Ops): Promise<Vars> {
  if (ops.vars !== undefined) {
    const text = await readText(ops.vars)
    if (text === undefined) throw new Stop(`--vars: ${ops.vars} cannot be read`, 2)
    return parseEnv(text)
  }
  if (ops.remote) {
    return Object.fromEntries(
      [...SECRET_NAMES, ...ACCESS_NAMES].map((name) => [name, ops.io.env[name]]),
    )
  }
  return parseEnv((await readText(`${PROJECT}.dev.vars`)) ?? '')
}

/**
 * Every setting of the target: the `vars` of the wrangler.toml files and on top what `readSecrets` gives. The
 * local stack is its own issuer, under the URL where it runs, and its console takes the admin token.
 */
export async function readVars(ops: Ops, localUrl: string): Promise<Vars> {
  const [config, secrets] = await Promise.all([readConfig(), readSecrets(ops)])
  return {
    ...config.vars,
    ...secrets,
    ...(ops.remote ? {} : { ISSUER: localUrl, CONSOLE: 'token' }),
  }
}

/** Where the deployment says that it is: ISSUER of the environment, else of wrangler.toml. */
export async function readIssuer(ops: Ops): Promise<string> {
  return ops.io.env['ISSUER'] ?? textOf((await readConfig()).vars, 'ISSUER')
}

/** What is read here of the wrangler.toml of a Worker. */
export interface Config {
  readonly vars: Vars
  readonly kv_namespaces: readonly { readonly binding: string; readonly id?: string }[]
}

/** The settings of gate and control, as wrangler reads them; the gate's where both have one. */
export async function readConfig(): Promise<Pick<Config, 'vars'>> {
  const [control, gate] = await Promise.all([readConfigOf('control'), readConfigOf('gate')])
  return { vars: { ...control.vars, ...gate.vars } }
}

/** The wrangler.toml of a Worker, which takes a while. */
export async function readConfigOf(role: Role): Promise<Config> {
  const { unstable_readConfig } = await import('wrangler')
  const file = { config: PROJECT + CONFIGS[role] }
  try {
    // wrangler's types leave its configuration unnamed.
    return unstable_readConfig(file, { hideWarnings: true }) as Config
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    throw new Stop(`${CONFIGS[role]} cannot be read: ${why}`)
  }
}

/**
 * Checks the settings named by the rules of the edge.
 * @throws Stop naming each that is missing or malformed, and where it belongs. Never a value.
 */
export async function requireSettings(
  ops: Ops,
  vars: Vars,
  names: readonly string[],
): Promise<void> {
  const [{ parseControlSettings }, { shipped }] = await Promise.all([
    import('../control/settings.ts'),
    import('../catalog.ts'),
  ])
  const checked = parseControlSettings(vars, shipped)
  if (checked.ok) return
  const wrong = checked.error.filter((sentence) => names.some((name) => sentence.startsWith(name)))
  if (wrong.length > 0) throw new Stop([...wrong, whereTheyBelong(ops)].join('\n'))
}

/** A setting that has been required: there, and a text. */
export function textOf(vars: Vars, name: string): string {
  const value = vars[name]
  return typeof value === 'string' ? value : ''
}

/** `vk` unless the deployment says otherwise. */
export function brandOf(vars: Vars): string {
  return textOf(vars, 'KEY_BRAND') || 'vk'
}

function whereTheyBelong(ops: Ops): string {
  if (ops.vars !== undefined) return `(settings of ${ops.vars} and wrangler.toml)`
  if (ops.remote) return '(secrets of the deployment: give them in the environment or with --vars)'
  return '(settings of .dev.vars, which npm run dev makes, and of wrangler.toml)'
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}
