// A named environment of the three files: another deployment in the same account, with Workers, queues
// and a database of its own. Wrangler inherits names and entries from the top level, and no bindings,
// variables or secrets, so these are written once more. Pure.

import { copyUnder, placesOf, readToml, setTexts, type Path, type TextChange } from './toml.ts'

/** Stands for an id until `deploy` has it. */
export const NO_DATABASE = '00000000-0000-0000-0000-000000000000'
export const NO_NAMESPACE = '00000000000000000000000000000000'
/** Nobody's (RFC 2606 §3), so that it is asked for. */
const NO_ISSUER = 'https://edge.example.com'

/**
 * What wrangler does not inherit, of what a Worker here may have:
 * https://developers.cloudflare.com/workers/wrangler/configuration/#non-inheritable-keys
 */
const NOT_INHERITED: ReadonlySet<string> = new Set([
  'vars',
  'define',
  'secrets',
  'durable_objects',
  'kv_namespaces',
  'd1_databases',
  'r2_buckets',
  'queues',
  'services',
  'ratelimits',
  'hyperdrive',
  'mtls_certificates',
  'vpc_services',
  'secrets_store_secrets',
  'analytics_engine_datasets',
  'tail_consumers',
  'version_metadata',
])

/** Names that are the account's, or another Worker's of the same environment. */
const NAMES: ReadonlySet<string | number | undefined> = new Set([
  'service',
  'script_name',
  'queue',
  'dead_letter_queue',
  'database_name',
  'bucket_name',
])

export function hasEnvironment(source: string, env: string): boolean {
  const { env: all } = readToml(source)
  return typeof all === 'object' && all !== null && env in all
}

/** The file with `[env.NAME]` behind it: names with `-NAME`, ids and ISSUER to be filled in. */
export function withEnvironment(source: string, env: string, randomId: () => string): string {
  const under = ['env', env]
  const { routes, route } = readToml(source)
  // They would be inherited, and take over the address of the other deployment.
  const first = routes !== undefined || route !== undefined ? ['routes = []'] : []
  const block = copyUnder(source, { names: NOT_INHERITED, under, first })
  const all = `${source.trimEnd()}\n\n# The deployment of \`--env ${env}\`.\n${block}`
  const changes = placesOf(all).flatMap(({ path, text }): TextChange[] => {
    if (text === undefined || path[0] !== 'env' || path[1] !== env) return []
    const changed = changedText(path.slice(2), text, env, randomId)
    return changed === undefined ? [] : [{ path, text: changed }]
  })
  return setTexts(all, changes)
}

function changedText(
  path: Path,
  text: string,
  env: string,
  randomId: () => string,
): string | undefined {
  const last = path.at(-1)
  if (path[0] === 'vars') return path.length === 2 && last === 'ISSUER' ? NO_ISSUER : undefined
  if (NAMES.has(last)) return `${text}-${env}`
  if (last === 'database_id') return NO_DATABASE
  if (path[0] === 'kv_namespaces' && last === 'id') return NO_NAMESPACE
  return last === 'namespace_id' ? randomId() : undefined
}
