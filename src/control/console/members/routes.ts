// The pages of members.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { SHOW_AND_ACT } from '../kit/form-page.tsx'
import { needsWriter } from '../writers.ts'
import { addMember, listMembers } from './list.tsx'
import { removeMember } from './remove.tsx'
import { editRole } from './role.tsx'

export const membersPages = new Hono<ConsoleEnv>()
  .get('/members', listMembers)
  .post('/members', needsWriter, addMember)
  .on(SHOW_AND_ACT, '/members/:email', needsWriter, editRole)
  .on(SHOW_AND_ACT, '/members/:email/remove', needsWriter, removeMember)
