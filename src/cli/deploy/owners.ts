// The owners of wildcard origins that the deployed database holds without one. A gate of this release
// refuses what such an entry decides, so they are judged before it is there: the publisher would do it only
// after.

import { judge, writeJudgements } from '../../lists/origin-owner.ts'
import { sql } from '../direct/sql.ts'
import type { Found } from './resources.ts'
import { must, mustList, type Deployment } from './wrangler.ts'

/** Written at a time: so many fit into one command. */
const BATCH = 100

export async function ensureOwners(deployment: Deployment, { name, made }: Found): Promise<void> {
  if (made) return
  const { commands, say } = deployment
  const answers = await mustList<{ readonly results: readonly { readonly origin: string }[] }>(
    deployment,
    commands.readOwners(name),
  )
  const judged = judge(answers.flatMap(({ results }) => results.map(({ origin }) => origin)))
  for (let i = 0; i < judged.length; i += BATCH) {
    const json = sql(JSON.stringify(judged.slice(i, i + BATCH)))
    await must(deployment, commands.writeOwners(name, `${writeJudgements(json)};`))
  }
  if (judged.length > 0) say(`wildcard origins: ${judged.length} judged`)
}
