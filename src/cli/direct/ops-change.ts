// Who changed what, left as a row in the transaction of the change itself: the edge takes it into the
// audit when it next can, so that it need not be up.

import { hostname, userInfo } from 'node:os'

import { usage, type Ops } from '../answer.ts'
import { sql } from './sql.ts'

const NAME_MAX_LENGTH = 200
const NAME = /^[!-~]+(?: [!-~]+)*$/

/** A change as the audit names it. */
export interface OpsChange {
  /** SQL for the organization whose record it is on. */
  readonly organization: string
  /** As it is typed: `key revoke`. */
  readonly command: string
  /** SQL for what was changed. */
  readonly subject: string
}

/** Who runs this: --as, PORTCULLIS_OPERATOR, or the account and machine. Nobody vouches for it. */
export function operatorName(ops: Pick<Ops, 'as' | 'io'>): string {
  const given = ops.as ?? ops.io.env['PORTCULLIS_OPERATOR']
  const name = given?.trim() || `${accountName()}@${hostname()}`.replace(/[^!-~]/g, '_')
  if (name.length <= NAME_MAX_LENGTH && NAME.test(name)) return name
  throw usage(
    `--as and PORTCULLIS_OPERATOR name an operator in 1 to ${NAME_MAX_LENGTH} plain characters, such as ann@example.com`,
  )
}

/**
 * The statement for the end of a change's transaction: a row where the last statement that changes
 * anything has changed something.
 */
export function recordChange(ops: Ops, { organization, command, subject }: OpsChange): string {
  const actor = sql(`operator:ops/${operatorName(ops)}`)
  const path = sql(`/ops/${command.replaceAll(' ', '/')}/`)
  const at = sql(ops.io.now())
  return `INSERT INTO ops_changes (id, at, organization_id, actor, path) SELECT ${sql(crypto.randomUUID())}, ${at}, ${organization}, ${actor}, ${path} || ${subject} WHERE changes() > 0;`
}

function accountName(): string {
  try {
    return userInfo().username
  } catch {
    // Of a container's user that has no name.
    return String(process.getuid?.() ?? 'unknown')
  }
}
