// How far a change has come whose answer was 202.

import { controlApp, json, define } from '../operation.ts'
import { notFound } from '../problem.ts'
import { byId } from '../request.ts'
import { readChange } from './progress.ts'
import { Change } from './schemas.ts'

export const changesApi = controlApp()

define(changesApi, 'getChange', {
  summary: 'How far a change has come that touches many keys',
  description: 'Changes are remembered for seven days.',
  request: byId('chg'),
  responses: { 200: json(Change, 'The change') },
  async handle(c, { context, organization, id }) {
    const change = await readChange(context.edge.bindings, id)
    if (change?.organization_id !== organization) throw notFound('change')
    const { total, pending, enforced_at, created_at } = change
    return c.json({ id, total, pending, enforced_at, created_at }, 200)
  },
})
