// The demo's rows. A second start keeps them and the keys; where the file and the database no
// longer belong together, the demo's keys are revoked and made anew, and the start says so.

import { decodeJwt } from 'jose'

import type { Settings } from '../config/settings.ts'
import { isSigned } from '../credentials/kinds.ts'
import { sql } from '../cli/direct/sql.ts'
import { insertOrganization, insertServiceUser } from './statements.ts'
import type { Database } from './database.ts'
import {
  DEMO_CREDENTIALS,
  DEMO_NAMES,
  DEMO_ORGANIZATION,
  ORGANIZATIONS,
  OTHER_ORGANIZATION,
  SERVICE_USER,
} from './demo-credentials.ts'
import {
  readDemoCredentials,
  writeDemo,
  type Demo,
  type DemoCredentials,
  type Minted,
} from './demo-file.ts'
import type { Layout } from './layout.ts'
import { mintDemo, NAME_PREFIX, signDemoJwt } from './mint.ts'
import { proves, type DemoRow } from './proves.ts'

export interface Seeded {
  readonly demo: Demo
  /** What happened to the keys. */
  readonly keys: 'made' | 'kept' | 'remade'
}

/** Makes sure that database and demo.json hold the same demo. */
export async function seed(
  database: Database,
  layout: Layout,
  url: string,
  settings: Settings,
  nowMs: number,
): Promise<Seeded> {
  await insertMissing(database)
  const rows = await database.all<DemoRow>(
    `SELECT id, digest FROM credentials WHERE ${IS_DEMO} AND revoked_at IS NULL`,
  )
  const earlier = readDemoCredentials(layout)
  if (earlier && (await belongs(earlier, rows, settings))) {
    const credentials = await resign(earlier, settings, nowMs)
    return { demo: writeDemo(layout, url, credentials), keys: 'kept' }
  }
  const credentials = await mintAll(database, settings, nowMs)
  const keys = earlier || rows.length > 0 ? 'remade' : 'made'
  return { demo: writeDemo(layout, url, credentials), keys }
}

const IS_DEMO = [
  `name GLOB ${sql(`${NAME_PREFIX}*`)}`,
  `organization_id IN (${sql(DEMO_ORGANIZATION)}, ${sql(OTHER_ORGANIZATION)})`,
].join(' AND ')

async function insertMissing(database: Database): Promise<void> {
  const found = await database.all<{ id: string }>(
    'SELECT id FROM organizations UNION ALL SELECT id FROM service_users',
  )
  const isMissing = ({ id }: { readonly id: string }): boolean =>
    found.every((row) => row.id !== id)
  const missing = [
    ...ORGANIZATIONS.filter(isMissing).map(insertOrganization),
    ...[SERVICE_USER].filter(isMissing).map(insertServiceUser),
  ]
  await database.run(missing.join('\n'))
}

/**
 * Whether the file speaks of this database and these secrets. Keys that a developer has revoked or
 * deleted, to see what happens, do not count against it.
 */
async function belongs(
  credentials: DemoCredentials,
  rows: readonly DemoRow[],
  settings: Settings,
): Promise<boolean> {
  const byId = new Map(Object.values(credentials).map((minted) => [minted.id, minted]))
  const checks = rows.flatMap((row) => {
    const minted = byId.get(row.id)
    return minted ? [proves(minted, row, settings)] : []
  })
  return checks.length > 0 && (await Promise.all(checks)).every(Boolean)
}

/** JWT keys name their issuer, and the local one changes with the port: same key, signed again. */
async function resign(
  credentials: DemoCredentials,
  settings: Settings,
  nowMs: number,
): Promise<DemoCredentials> {
  const entries = DEMO_NAMES.map(async (name): Promise<[string, Minted]> => {
    const { id, value } = credentials[name]
    const credential = DEMO_CREDENTIALS[name]
    if (!isSigned(credential.kind) || decodeJwt(value).iss === settings.issuer) {
      return [name, { id, value }]
    }
    return [name, { id, value: await signDemoJwt(id, credential, settings, nowMs) }]
  })
  return Object.fromEntries(await Promise.all(entries)) as DemoCredentials
}

async function mintAll(
  database: Database,
  settings: Settings,
  nowMs: number,
): Promise<DemoCredentials> {
  const made = await Promise.all(
    DEMO_NAMES.map(async (name) => ({
      name,
      ...(await mintDemo(name, DEMO_CREDENTIALS[name], settings, nowMs)),
    })),
  )
  const revokeEarlier = `UPDATE credentials SET revoked_at = ${sql(nowMs)}
    WHERE ${IS_DEMO} AND revoked_at IS NULL;`
  await database.run([revokeEarlier, ...made.map((one) => one.sql)].join('\n'))
  return Object.fromEntries(made.map(({ name, minted }) => [name, minted])) as DemoCredentials
}
