// What questions about the audit and about usage have in common: whose, and which page.

import { z } from '@hono/zod-openapi'

import { organizationOf } from '../actor.ts'
import type { ControlContext } from '../context.ts'

export const nullableText = z.string().nullable()

export const Organization = z
  .union([
    z.literal('none'),
    z.string().regex(/^org_[0-9A-Za-z_]{1,60}$/, 'must be an organization’s id'),
  ])
  .optional()
  .openapi({ description: 'Operators only; `none`: the calls of nobody that was recognised' })

/** null: what belongs to no organization, which only operators see. */
export function organizationOfQuery(
  context: ControlContext,
  asked: string | undefined,
): string | null {
  if (asked === 'none' && context.actor.type === 'operator') return null
  return organizationOf(context.actor, asked)
}

/** `a,b`: what an answer is told apart by. */
export function groupsOf(names: readonly string[], description: string) {
  const list = z
    .string()
    .regex(new RegExp(`^(?:${names.join('|')})(?:,(?:${names.join('|')}))*$`), {
      message: `must be one or several of ${names.join(', ')}, with commas between`,
    })
  return list.openapi({ description, example: names.join(',') }).optional()
}

/** The groups that a parameter of `groupsOf` names. */
export function readGroups<const G extends string>(
  names: readonly G[],
  asked: string | undefined,
): readonly G[] | undefined {
  const named = asked?.split(',')
  return named && names.filter((name) => named.includes(name))
}
