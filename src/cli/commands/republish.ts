// republish: what comes after D1 was set back to an earlier state.

import type { Command } from 'commander'

import { Stop } from '../answer.ts'
import type { Attach } from '../answer.ts'
import { readId } from '../input.ts'
import { count, time } from '../print.ts'
import { readSecrets, requireSettings, textOf } from '../settings.ts'
import { askEdge, edgeUrl } from '../sync.ts'

export function addRepublish(program: Command, attach: Attach): void {
  const command = program
    .command('republish')
    .description('after a restore of D1: raise and publish the generation of every key')
    .option('--organization <id>', 'of this organization only (default: all there are)')
    .addHelpText(
      'after',
      `
Until it has ended, keys may still pass as they were before the restore. It may be run again at any time.

Examples:
  $ npm run ops -- republish --remote
  $ npm run ops -- republish --organization org_4fXo0qPYB1mTz7Qe --remote`,
    )
  interface Options {
    readonly organization?: string
  }
  attach<Options>(command, async (ops, { organization }) => {
    if (organization !== undefined) readId('org', organization)
    const [url, secrets] = await Promise.all([edgeUrl(ops), readSecrets(ops)])
    requireSettings(ops, secrets, ['ADMIN_TOKEN'])
    const token = textOf(secrets, 'ADMIN_TOKEN')
    let published = 0
    let pending = 0
    let enforced_at: number | null = null
    for (let after: string | null = ''; after !== null;) {
      const query = new URLSearchParams({ after, ...(organization && { organization }) })
      const slice = await askEdge(url, token, 'POST', `/republish?${query.toString()}`)
      if (typeof slice === 'string' || !('next' in slice)) {
        const why = typeof slice === 'string' ? slice : `${url} did not answer as an edge does`
        const sofar = `${count(published, 'key')} published so far`
        throw new Stop(`not done: ${why}; ${sofar}, run it again`)
      }
      published += Number(slice['published'])
      pending += Number(slice['pending'])
      enforced_at = Number(slice['enforced_at'])
      after = typeof slice['next'] === 'string' ? slice['next'] : null
    }
    if (pending > 0) enforced_at = null
    return {
      json: { published, pending, enforced_at },
      lines: [
        `${count(published, 'key')} published at ${url}`,
        enforced_at === null
          ? `${count(pending, 'key')} still to be reached: the cron tries each minute; then doctor says nothing of them`
          : `nothing from before the restore is admitted any more, since ${time(enforced_at)}`,
      ],
      exitCode: enforced_at === null ? 1 : 0,
    }
  })
}
