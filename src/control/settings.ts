// Control's settings: those that it shares with the gate, and its own. Nothing of these is in the gate.

import type { Catalog } from '../catalog/define.ts'
import {
  parseAccess,
  parseAdminToken,
  parseBrand,
  parseConsole,
  parseDays,
  type AccessSettings,
} from '../config/setting-forms.ts'
import {
  loadSettings,
  parseSettings,
  takeInto,
  type ParsedSettings,
  type Settings,
} from '../config/settings.ts'
import { err, ok, type Result } from '../lib/result.ts'
import type { DestinationRules } from './webhooks/destination.ts'
import { importSealingKeys, type SealingKeys } from './webhooks/secret.ts'

/** What control alone reads. */
interface OwnSettings {
  readonly adminToken: string
  readonly access: AccessSettings | null
  /** How people sign in to the console; null: nobody can. */
  readonly signIn: 'access' | 'token' | null
  readonly auditRetentionDays: number
}

/** The names of those: the gate is never given them. */
export const CONTROL_ONLY: readonly string[] = [
  'ADMIN_TOKEN',
  'ACCESS',
  'CONSOLE',
  'AUDIT_RETENTION_DAYS',
]

export interface ParsedControlSettings extends ParsedSettings, OwnSettings {}

/** Settings with their keys imported. */
export interface ControlSettings extends Settings, OwnSettings {
  /** Seal the secrets of webhook endpoints. */
  readonly sealingKeys: SealingKeys
  /** Where webhooks may go. */
  readonly destinations: DestinationRules
}

/** Reads every setting of all Workers; on failure a sentence for each that is wrong, never its value. */
export function parseControlSettings(
  env: Readonly<Record<string, unknown>>,
  catalog: Catalog,
): Result<ParsedControlSettings, string[]> {
  const shared = parseSettings(env, catalog)
  const wrong: string[] = shared.ok ? [] : shared.error
  const take = takeInto(wrong)
  const brand = parseBrand(env['KEY_BRAND'])
  const adminToken = take(
    'ADMIN_TOKEN',
    parseAdminToken(env['ADMIN_TOKEN'], brand.ok ? brand.value : 'vk'),
  )
  const access = take('ACCESS', parseAccess(env['ACCESS']))
  const console = take('CONSOLE', parseConsole(env['CONSOLE']))
  const auditRetentionDays = take('AUDIT_RETENTION_DAYS', parseDays(env['AUDIT_RETENTION_DAYS']))
  if (!shared.ok || !adminToken || access === undefined) return err(wrong)
  if (console === undefined || !auditRetentionDays) return err(wrong)
  const signIn = access ? 'access' : console
  return ok({ ...shared.value, adminToken, access, signIn, auditRetentionDays })
}

/** Imports the keys of settings that have been read. */
export async function loadControlSettings(parsed: ParsedControlSettings): Promise<ControlSettings> {
  return {
    ...parsed,
    ...(await loadSettings(parsed)),
    sealingKeys: await importSealingKeys(parsed.peppers),
    destinations: destinationsOf(parsed),
  }
}

/** Webhooks never come back to us or to what is behind us; http only where the edge itself is. */
function destinationsOf({ issuer, hosts, upstreams }: ParsedSettings): DestinationRules {
  const behind = [...upstreams.values()].flatMap((urls) => Object.values(urls))
  const allowLoopbackHttp = issuer.startsWith('http:')
  const ownHosts = new Set([...hosts, ...behind.map(({ hostname }) => hostname)])
  return allowLoopbackHttp ? { allowLoopbackHttp } : { allowLoopbackHttp, ownHosts }
}
