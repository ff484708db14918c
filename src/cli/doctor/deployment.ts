// Settings, secrets and the edge itself.

import { isDeepStrictEqual } from 'node:util'

import { shipped } from '../../catalog.ts'
import { HEALTH_PATH } from '../../lib/paths.ts'
import { HEADERS } from '../../lib/header-names.ts'
import { CONFIGS, ROLES, SECRETS, type Role } from '../../config/workers.ts'
import { CONTROL_ONLY, loadControlSettings, parseControlSettings } from '../../control/settings.ts'
import type { Ops } from '../answer.ts'
import { readJson, wrangler } from '../direct/wrangler.ts'
import { readConfigOf, readVars, SECRET_NAMES, type Config } from '../settings.ts'
import { finding, type Finding } from './finding.ts'
import { checkPlaceholders } from './placeholders.ts'

const HEALTH_TIMEOUT_MS = 10_000

/** The settings by the edge's own rules. Secrets of a deployment cannot be read: only their names. */
export async function checkSettings(ops: Ops, url: string): Promise<Finding[]> {
  const vars = await readVars(ops, url)
  const parsed = parseControlSettings(vars, shipped)
  const open = vars['ACCESS'] !== undefined || vars['CONSOLE'] !== undefined
  const findings = open ? [] : [CONSOLE_CLOSED]
  const hidden = (sentence: string): boolean =>
    ops.remote === true &&
    SECRET_NAMES.some((name) => vars[name] === undefined && sentence.startsWith(name))
  if (!parsed.ok) {
    const wrong = parsed.error.filter((sentence) => !hidden(sentence))
    return [...findings, ...wrong.map((sentence) => misconfigured(sentence))]
  }
  try {
    await loadControlSettings(parsed.value)
    return [...findings, ...checkPlaceholders(parsed.value)]
  } catch (error) {
    return [
      ...findings,
      misconfigured(error instanceof Error ? error.message : 'SIGNING_KEYS cannot be used'),
    ]
  }
}

/** Which secrets the deployed Workers have. */
export async function checkDeployedSecrets(ops: Ops): Promise<Finding[]> {
  const roles = ROLES.filter((role) => SECRETS[role].length > 0)
  return (await Promise.all(roles.map((role) => checkSecretsOf(ops, role)))).flat()
}

async function checkSecretsOf(ops: Ops, role: Role): Promise<Finding[]> {
  const config = ['--config', CONFIGS[role]]
  const { exitCode, stdout } = await wrangler(ops, [
    'secret',
    'list',
    '--format',
    'json',
    ...config,
  ])
  const rows = readJson(stdout)
  if (exitCode !== 0 || !Array.isArray(rows)) {
    const message = `of ${role} could not be listed: run npx wrangler login, and deploy the Workers`
    return [finding('warning', 'secrets_unknown', 'secrets', message)]
  }
  const names = new Set(rows.map((row: { readonly name?: unknown }) => row.name))
  return SECRETS[role]
    .filter((name) => !names.has(name))
    .map((name) => {
      const put = `npx wrangler secret put ${name} ${config.join(' ')}`
      return finding('refusing', 'secret_missing', name, `is not set in ${role}: ${put}`)
    })
}

/** Whether the files of gate and control say the same, where both must. */
export async function checkConfigs(): Promise<Finding[]> {
  return compareConfigs(await readConfigOf('gate'), await readConfigOf('control'))
}

const idOf = ({ kv_namespaces }: Config): string | undefined =>
  kv_namespaces.find(({ binding }) => binding === 'RECORDS')?.id

/** Pure: what differs between the gate's configuration and control's. */
export function compareConfigs(gate: Config, control: Config): Finding[] {
  const names = new Set([...Object.keys(gate.vars), ...Object.keys(control.vars)])
  const differing = [...names].filter(
    (name) =>
      !CONTROL_ONLY.includes(name) && !isDeepStrictEqual(gate.vars[name], control.vars[name]),
  )
  const files = `${CONFIGS.gate} and ${CONFIGS.control}`
  const apart = idOf(gate) === undefined || idOf(gate) !== idOf(control) ? ['RECORDS'] : []
  return [
    ...differing.map((name) =>
      finding(
        'refusing',
        'settings_differ',
        name,
        `differs between ${files}: both must say the same`,
      ),
    ),
    ...apart.map((name) =>
      finding('refusing', 'settings_differ', name, `must have one id, the same in ${files}`),
    ),
  ]
}

/** Whether the edge answers, and what it says when it is not ready. */
export async function checkEdge(ops: Ops, url: string): Promise<Finding[]> {
  const start = ops.remote ? 'deploy it, or give --url' : 'start it with npm run dev, or give --url'
  try {
    const response = await fetch(`${url}${HEALTH_PATH}`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
    })
    const body: unknown = await response.json().catch(() => null)
    const status = (body as { readonly status?: unknown } | null)?.status
    if (response.ok && status === 'ok') return []
    const reason = response.headers.get(HEADERS.reason) ?? 'no reason given'
    return [finding('refusing', 'edge_not_ready', url, `answers ${response.status} (${reason})`)]
  } catch {
    return [finding('refusing', 'edge_unreachable', url, `the edge is not reachable: ${start}`)]
  }
}

const CONSOLE_CLOSED = finding(
  'warning',
  'console_closed',
  'CONSOLE',
  'nobody can sign in to the console: set ACCESS, so that people come through Cloudflare Access, or CONSOLE = "token" for a form that takes ADMIN_TOKEN',
)

function misconfigured(sentence: string): Finding {
  const [subject = ''] = sentence.split(' ', 1)
  return finding('refusing', 'misconfigured', subject, sentence.slice(subject.length).trim())
}
