import { env } from 'cloudflare:workers'
import { expect, it, vi } from 'vitest'

import { noteHeads } from '../../src/control/logs/heads.ts'

it('notes the head of every chain in the log, however many there are', async () => {
  for (const statement of env.SCHEMA) await env.DB.prepare(statement).run()
  const organizations = ['', ...Array.from({ length: 450 }, (_, i) => `org_${i + 1_000}`)]
  await env.DB.prepare(
    `INSERT INTO audit_heads (organization, sequence, hash)
     SELECT value, 7, printf('%064d', key) FROM json_each(?1)`,
  )
    .bind(JSON.stringify(organizations))
    .run()
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  await noteHeads(env.DB)
  const noted = log.mock.calls.flatMap(
    ([line]) => (JSON.parse(String(line)) as { audit_heads: unknown[][] }).audit_heads,
  )
  expect(noted.map(([organization]) => organization)).toStrictEqual(organizations)
  expect(noted[1]).toStrictEqual(['org_1000', 7, '1'.padStart(64, '0')])
})
