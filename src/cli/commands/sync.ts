// sync: what raw SQL changed is in force when this returns.

import type { Command } from 'commander'

import { Stop } from '../answer.ts'
import type { Attach } from '../answer.ts'
import { count, time } from '../print.ts'
import { readSecrets, requireSettings, textOf } from '../settings.ts'
import { edgeUrl, requestSync } from '../sync.ts'

export function addSync(program: Command, attach: Attach): void {
  const command = program
    .command('sync')
    .description('put in force what was changed with raw SQL, without waiting for the cron')
    .addHelpText(
      'after',
      `
Examples:
  $ npm run ops -- sync
  $ npm run ops -- sync --remote --url https://api.example.com`,
    )
  attach(command, async (ops) => {
    const [url, secrets] = await Promise.all([edgeUrl(ops), readSecrets(ops)])
    requireSettings(ops, secrets, ['ADMIN_TOKEN'])
    const answer = await requestSync(url, textOf(secrets, 'ADMIN_TOKEN'))
    if (answer.is === 'failed') throw new Stop(`nothing was published: ${answer.why}`)
    const { published, pending, enforced_at } = answer
    const state =
      enforced_at === null
        ? `${count(pending, 'key')} still to be reached; the cron tries again each minute`
        : `everything is in force since ${time(enforced_at)}`
    return {
      json: { published, pending, enforced_at },
      lines: [`${count(published, 'changed key')} published at ${url}`, state],
      exitCode: enforced_at === null ? 1 : 0,
    }
  })
}
