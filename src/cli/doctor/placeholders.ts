// Settings that are right in form and cannot be meant: what wrangler.toml ships with. Pure.

import type { ParsedSettings } from '../../config/settings.ts'
import { finding, type Finding } from './finding.ts'

/** RFC 2606 §2 and §3, RFC 6761 §6.2: names that are nobody's. */
const NOBODYS = /(?:^|\.)(?:example(?:\.(?:com|net|org))?|test|invalid)$/

/** Warns of hosts that stand for others, and of this machine as the upstream of a deployment. */
export function checkPlaceholders({ issuer, upstreams }: ParsedSettings): Finding[] {
  const found: Finding[] = []
  const own = new URL(issuer)
  if (isPlaceholder(own)) {
    const message = `is still at ${own.hostname}, which is nobody's: set the origin of your edge`
    found.push(finding('warning', 'issuer_placeholder', 'ISSUER', message))
  }
  const urls = [...upstreams].flatMap(([product, byEnvironment]) =>
    Object.entries(byEnvironment).map(([environment, url]) => ({ product, environment, url })),
  )
  const name = ({ product, environment, url }: (typeof urls)[number]): string =>
    `${product} ${environment} (${url.hostname})`
  const placeholders = urls.filter(({ url }) => isPlaceholder(url)).map(name)
  if (placeholders.length > 0) {
    const message = `are still at example hosts, which are nobody's: ${placeholders.join(', ')}`
    found.push(finding('warning', 'upstream_placeholder', 'UPSTREAMS', message))
  }
  const here = urls.filter(({ url }) => own.protocol === 'https:' && url.protocol === 'http:')
  if (here.length > 0) {
    const message = `are on this machine, which a deployed Worker does not reach: ${here.map(name).join(', ')}`
    found.push(finding('warning', 'upstream_local', 'UPSTREAMS', message))
  }
  return found
}

function isPlaceholder({ hostname }: URL): boolean {
  return NOBODYS.test(hostname.replace(/\.$/, ''))
}
