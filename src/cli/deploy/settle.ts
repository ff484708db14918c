// What a deployment needs to know before it changes anything: an environment in the files, the settings
// by the edge's own rules, and an ISSUER that is somebody's.

import { parseIssuer } from '../../config/setting-forms.ts'
import { CONFIGS, ROLES } from '../../config/workers.ts'
import type { Catalog } from '../../catalog/define.ts'
import { parseControlSettings } from '../../control/settings.ts'
import { Stop } from '../answer.ts'
import type { Finding } from '../doctor/finding.ts'
import { checkPlaceholders } from '../doctor/placeholders.ts'
import { clashes, disagreements } from './check.ts'
import { hasEnvironment, withEnvironment } from './environment.ts'
import { randomNamespace } from './resources.ts'
import type { Secrets } from './secrets.ts'
import { readSource, readWorkers, writeShared, writeWhole, type Workers } from './workers.ts'
import type { Ask, Deployment } from './wrangler.ts'

/** @throws Stop where the files lack the environment, after it has been written if `write` says so. */
export function requireEnvironment({ root, env }: Deployment, write: boolean): void {
  if (env === undefined) return
  const lacking = ROLES.filter((role) => !hasEnvironment(readSource(root, role), env))
  if (lacking.length === 0) return
  const files = lacking.map((role) => CONFIGS[role]).join(', ')
  if (!write)
    throw new Stop(`there is no [env.${env}] in ${files}: deploy without --dry-run adds it`)
  for (const role of lacking) {
    const source = withEnvironment(readSource(root, role), env, randomNamespace)
    writeWhole(root + CONFIGS[role], source)
  }
  throw new Stop(
    `[env.${env}] has been added to ${files}, with names of its own and the settings of the top level: read it, set ISSUER and UPSTREAMS there, and run this again`,
  )
}

export interface Settled {
  readonly workers: Workers
  /** What can hardly be meant, and does not keep it from being deployed. */
  readonly warnings: readonly string[]
}

/**
 * @param secrets `valid` stands for those that nobody gave, so that the rest can be checked.
 * @param ask For an ISSUER; without it the placeholder is only warned of.
 * @throws Stop naming everything that is wrong.
 */
export async function settleSettings(
  deployment: Deployment,
  catalog: Catalog,
  secrets: { readonly given: Secrets; readonly valid: Secrets },
  ask: Ask | undefined,
): Promise<Settled> {
  const { root, env } = deployment
  const check = async (): Promise<{ workers: Workers; findings: readonly Finding[] }> => {
    const workers = await readWorkers(root, env)
    const vars = { ...workers.gate.vars, ...workers.control.vars }
    const parsed = parseControlSettings({ ...vars, ...secrets.valid, ...secrets.given }, catalog)
    const top = env === undefined ? undefined : await readWorkers(root, undefined)
    const wrong = [
      ...(parsed.ok ? [] : parsed.error),
      ...disagreements(workers),
      ...(top === undefined ? [] : clashes(workers, top)),
    ]
    if (wrong.length > 0) throw new Stop(wrong.join('\n'))
    return { workers, findings: parsed.ok ? checkPlaceholders(parsed.value) : [] }
  }
  let { workers, findings } = await check()
  const nobodys = findings.find(({ code }) => code === 'issuer_placeholder')
  if (nobodys !== undefined && ask !== undefined) {
    const where = `${CONFIGS.gate} and ${CONFIGS.control}${env === undefined ? '' : `, under env.${env}`}`
    const answer = await ask(
      'The public origin of the edge (ISSUER), such as https://edge.acme.com: ',
    )
    if (answer === undefined) throw new Stop(`ISSUER ${nobodys.message} (${where})`)
    const issuer = parseIssuer(answer)
    if (!issuer.ok) throw new Stop(`ISSUER ${issuer.error}`)
    writeShared(root, env, { table: 'vars', field: 'ISSUER' }, answer)
    ;({ workers, findings } = await check())
  }
  return { workers, warnings: findings.map(({ subject, message }) => `${subject} ${message}`) }
}
