// The message that has a change's fences published.

import { readMembers, type MessageHead } from '../../../lib/message-kind.ts'

/** What is to be published. */
export interface FencesAsked {
  /** Id of the change. */
  readonly change: string
  /** The last key of the slice before. */
  readonly after?: string
  /** How many times all of its keys have been tried. */
  readonly pass?: number
}

export type FenceMessage = MessageHead<'fences'> & FencesAsked

/** What the queue carries. */
export function fenceMessage(asked: FencesAsked): FenceMessage {
  return { kind: 'fences', version: 1, ...asked }
}

const CHANGE_ID = /^chg_[0-9a-z]{1,60}$/
const KEY_ID = /^[0-9A-Za-z_]{1,64}$/

/** Reads a message's body; undefined for what is none, in all its members. */
export function readFenceMessage(body: unknown): FencesAsked | undefined {
  const members = readMembers(body, 'fences', ['change', 'after', 'pass'])
  if (!members) return undefined
  const { change, after, pass } = members
  if (typeof change !== 'string' || !CHANGE_ID.test(change)) return undefined
  if (after !== undefined && !(typeof after === 'string' && KEY_ID.test(after))) return undefined
  if (pass !== undefined && !(Number.isSafeInteger(pass) && Number(pass) >= 0)) return undefined
  return {
    change,
    ...(after !== undefined && { after }),
    ...(pass !== undefined && { pass: Number(pass) }),
  }
}
