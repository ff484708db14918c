// What a message of a queue is: its kind, its version, its members and no others, read like a request.

/** What goes through queues; the name is in each message. */
export const MESSAGE_KINDS = ['audit', 'fences', 'webhooks'] as const
export type MessageKind = (typeof MESSAGE_KINDS)[number]

/** What each message begins with. */
export interface MessageHead<K extends MessageKind> {
  readonly kind: K
  readonly version: 1
}

/** What each kind was before messages named theirs: such may still be in a queue during a deployment. */
const MEMBERS_BEFORE_KINDS: Readonly<Record<MessageKind, string>> = {
  audit: 'events',
  fences: 'change',
  webhooks: 'deliveryIds',
}

/**
 * The members of a message of this kind, without its head.
 * @returns undefined where it is none, or has members that are not named here.
 */
export function readMembers(
  body: unknown,
  kind: MessageKind,
  members: readonly string[],
): Readonly<Record<string, unknown>> | undefined {
  if (kindOf(body) !== kind) return undefined
  const { kind: _kind, version: _version, ...others } = body as Readonly<Record<string, unknown>>
  return Object.keys(others).every((name) => members.includes(name)) ? others : undefined
}

/** What a message is; undefined for what no consumer of this version takes. */
export function kindOf(body: unknown): MessageKind | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined
  if (Object.hasOwn(body, 'kind')) {
    const { kind, version } = body as { readonly kind: unknown; readonly version?: unknown }
    return version === 1 ? MESSAGE_KINDS.find((one) => one === kind) : undefined
  }
  return MESSAGE_KINDS.find((one) => Object.hasOwn(body, MEMBERS_BEFORE_KINDS[one]))
}
