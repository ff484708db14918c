// The operations on members: the people who may use the console for an organization. Keys have no
// part in it, so that a key that is stolen makes nobody an administrator.

import { z } from '@hono/zod-openapi'

import { body, controlApp, json, define } from '../operation.ts'
import { readOrganization } from '../organization/read.ts'
import { inOrganization } from '../request.ts'
import { putMember, removeMember } from './change.ts'
import { listMembers } from './find.ts'
import { Email, Member, PutMember } from './schemas.ts'

export const membersApi = controlApp()

const oneMember = { params: z.object({ email: Email }), query: inOrganization }

define(membersApi, 'listMembers', {
  summary: 'The members of the organization, by e-mail address',
  request: { query: inOrganization },
  responses: { 200: json(z.object({ items: z.array(Member) }), 'All of them') },
  async handle(c, { context, organization: own }) {
    return c.json({ items: await listMembers(context.edge.bindings.DB, own) }, 200)
  },
})

define(membersApi, 'putMember', {
  summary: 'Make a person a member, or change their role',
  description:
    'A person whose role changes is signed out at once. Administrators do all that operators do within the organization, save its plan, products and suspension and quotas beyond the plan; nobody changes their own membership.',
  request: { ...oneMember, ...body(PutMember) },
  responses: {
    200: json(Member, 'The member as it is now'),
    201: json(Member, 'The new member'),
  },
  async handle(c, { context, organization: own }) {
    if (context.actor.type === 'operator') await readOrganization(context, own)
    const { email } = c.req.valid('param')
    const { member, created } = await putMember(context, own, email, c.req.valid('json').role)
    return c.json(member, created ? 201 : 200)
  },
})

define(membersApi, 'removeMember', {
  summary: 'Remove a member, who is signed out at once',
  request: oneMember,
  responses: { 204: { description: 'The person is no member any more' } },
  async handle(c, { context, organization: own }) {
    await removeMember(context, own, c.req.valid('param').email)
    return c.body(null, 204)
  },
})
