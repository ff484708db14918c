// Whose account a deployment goes to.

import { ROLES } from '../../config/workers.ts'
import { Stop } from '../answer.ts'
import { readJson } from '../direct/wrangler.ts'
import type { Workers } from './workers.ts'
import { failed, type Deployment } from './wrangler.ts'

export interface Account {
  readonly id: string
  readonly name: string
}

/**
 * The account that wrangler will use: `CLOUDFLARE_ACCOUNT_ID` before `account_id` of the files, as wrangler
 * has it, else the only one there is.
 * @throws Stop where nobody is logged in, or it is not plain which account is meant.
 */
export async function checkLogin(
  deployment: Deployment,
  workers: Workers,
  chosen: string | undefined,
): Promise<Account> {
  const { whoami } = deployment.commands
  const finished = await deployment.wrangler(whoami)
  const answer = readJson(finished.stdout) as
    | { readonly loggedIn?: boolean; readonly accounts?: readonly Account[] }
    | undefined
  if (answer?.loggedIn === false) {
    throw new Stop('nobody is logged in: run npx wrangler login, or set CLOUDFLARE_API_TOKEN')
  }
  if (finished.exitCode !== 0 || answer?.accounts === undefined) throw failed(whoami, finished)
  const ids = new Set(
    chosen === undefined ? ROLES.map((role) => workers[role].account_id) : [chosen],
  )
  const [id] = ids
  if (ids.size > 1) {
    throw new Stop('account_id differs between the three wrangler.toml files: it must be one')
  }
  const list = answer.accounts.map((one) => `\n  ${one.id}  ${one.name}`).join('')
  if (id !== undefined) {
    const account = answer.accounts.find((one) => one.id === id)
    if (account !== undefined) return account
    const where = chosen === undefined ? 'account_id' : 'CLOUDFLARE_ACCOUNT_ID'
    throw new Stop(
      `${where} is ${id}, and this login has no such account: log in as somebody who has, or set one of${list || ' its own (it has none)'}`,
    )
  }
  const [only, ...others] = answer.accounts
  if (only === undefined)
    throw new Stop('this login has no account: its token may lack Account Read')
  if (others.length === 0) return only
  throw new Stop(
    `this login has several accounts: set CLOUDFLARE_ACCOUNT_ID, or account_id in all three wrangler.toml files, to one of${list}`,
  )
}
