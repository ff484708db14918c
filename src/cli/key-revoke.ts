// key revoke: any credential, access tokens too, by its id; past the API also by its value. It cannot
// be undone.

import { usage, type Answer, type Ops } from './answer.ts'
import { connect } from './edge.ts'
import { readId } from './input.ts'
import { readValue } from './pasted.ts'
import { time } from './print.ts'
import { inForceLine } from './receipt.ts'

export interface RevokeOptions {
  readonly organization?: string
  readonly value?: string
  readonly direct?: true
}

/** Ends a key and waits for that to be in force. */
export async function revokeKey(
  ops: Ops,
  { organization, value, direct }: RevokeOptions,
  [operand]: readonly string[],
): Promise<Answer> {
  if (value !== undefined && value !== '-') {
    throw usage(
      [
        '--value takes - alone: the value itself is read from standard input.',
        'If it was the value, it is in the history of your shell now: take it for leaked.',
      ].join('\n'),
    )
  }
  if (value !== undefined && operand !== undefined) throw usage('give an id or --value -, not both')
  if (operand === undefined && value === undefined) {
    throw usage('say which key: its id, or --direct --value - for its value')
  }
  const id = operand === undefined ? undefined : readId('key', operand)
  if (direct) {
    const { revokeDirectly } = await import('./direct/key-revoke.ts')
    return await revokeDirectly(ops, id === undefined ? { value: await pasted(ops) } : { id })
  }
  if (id === undefined) {
    throw usage('--value - goes with --direct: the API finds no key by its value')
  }
  if (organization !== undefined) readId('org', organization)
  const edge = await connect(ops)
  const receipt = await edge.ask('revokeKey', {
    params: { id },
    query: { organization: organization ?? (await edge.ownerOf(id)) },
  })
  return {
    json: { id, ...receipt },
    lines: [`${id} revoked at ${time(receipt.revoked_at)}`, inForceLine(receipt)],
  }
}

async function pasted(ops: Ops): Promise<string> {
  return readValue(await ops.io.input())
}
