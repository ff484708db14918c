// Lines to paste: a call of each product that a credential may call. What is shown passes as it
// stands; where none can pass, it is said what is in the way.

import type { Environment, Kind } from '../../../catalog/define.ts'
import { curlLine, DOCUMENT } from '../../../catalog/curl.ts'
import { call, type AnswerOf } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Code } from '../kit/code.tsx'
import { Section } from '../kit/section.tsx'
import type { Key } from './read.ts'

type ServiceUser = AnswerOf<'getServiceUser'>

/** Who would call. */
export interface Caller {
  readonly kind: Kind
  /** Of any of which its calls may be. */
  readonly environments: readonly Environment[]
  readonly products: readonly string[]
  readonly scopes: readonly string[]
  /** null: the key has no such list. */
  readonly ips: readonly string[] | null
  readonly origins: readonly string[] | null
  /** Of a token. */
  readonly user: ServiceUser | undefined
}

interface ExamplesProps {
  c: PageContext
  credential: Key
  value: string
}

/** A call of each product that the key may call; `value` stands in the key's place. */
export async function Examples({ c, credential, value }: ExamplesProps) {
  const user = await readUser(c, credential)
  const caller = { ...credential, environments: [credential.environment], user }
  return (
    <Section id="call" title="Call with it">
      <Lines c={c} caller={caller} value={value} />
    </Section>
  )
}

/** The lines of a caller, or why there is none. */
export function Lines({ c, caller, value }: { c: PageContext; caller: Caller; value: string }) {
  const obstacle = obstacleOf(c, caller)
  if (obstacle !== undefined) return <p>{obstacle}</p>
  const lines = linesOf(c, caller, value)
  const document = lines.some(({ text }) => text.includes(DOCUMENT))
  return (
    <>
      {lines.length === 0 ? (
        <p>No product has a call without an id in its path that this key may make.</p>
      ) : null}
      {caller.user?.departments.length === 0 ? (
        <p>
          The service user has no department yet. Where a call needs one, it is refused until you
          add it.
        </p>
      ) : null}
      {caller.ips !== null && lines.length > 0 ? (
        <p>It passes from the addresses on the key’s list alone.</p>
      ) : null}
      {document ? (
        <p>
          The file <code>{DOCUMENT}</code> is sent: run it where there is one, or name another.
        </p>
      ) : null}
      {lines.map(({ product, text }) => (
        <Code id={`curl-${product}`} label={`cURL for ${product}`} text={text} />
      ))}
    </>
  )
}

/** Why no call passes, whatever it asks for. */
function obstacleOf(c: PageContext, { ips, origins, user }: Caller): string | undefined {
  const organization = c.get('organization')
  if (organization.state === 'suspended') {
    return 'The organization is suspended: no call passes until an operator lifts that.'
  }
  if (user?.state === 'disabled') {
    return 'The service user is disabled: no call with a token of it passes. Enable it first.'
  }
  if (organization.ips?.length === 0) {
    return 'The organization’s list of addresses is empty, so that nobody may call with any key of it.'
  }
  if (ips?.length === 0) return 'The key’s list of addresses is empty, so that nobody may call.'
  if (origins?.length === 0) return 'The key’s list of origins is empty, so that no page may call.'
  return undefined
}

function linesOf(
  c: PageContext,
  { kind, environments, products, scopes, ips, origins, user }: Caller,
  value: string,
): { product: string; text: string }[] {
  const { catalog, settings } = c.env.context.edge
  const upstreamOf = (product: string) => {
    const upstreams = settings.upstreams.get(product)
    return environments.some((environment) => upstreams?.[environment] !== undefined)
  }
  return products
    .filter((product) => c.get('organization').products.includes(product) && upstreamOf(product))
    .flatMap((product) => {
      const text = curlLine(catalog, {
        ...{ url: settings.issuer, kind, value, scopes, products: [product], ips, origins },
        ...{ sourceSystem: user?.source_system, department: user?.departments[0] },
      })
      return text === undefined ? [] : [{ product, text }]
    })
}

async function readUser(
  c: PageContext,
  { service_user_id: id }: Key,
): Promise<ServiceUser | undefined> {
  if (id === null) return undefined
  const found = await call(c, 'getServiceUser', { params: { id } })
  return found.ok ? found.value : undefined
}
