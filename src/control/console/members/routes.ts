// The pages of members.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { needsWriter } from '../writers.ts'
import { addMember, listMembers } from './list.tsx'
import { askRemoval, removeMember } from './remove.tsx'
import { editRole, saveRole } from './role.tsx'

export const membersPages = new Hono<ConsoleEnv>()
  .get('/members', listMembers)
  .post('/members', needsWriter, addMember)
  .get('/members/:email', needsWriter, editRole)
  .post('/members/:email', needsWriter, saveRole)
  .get('/members/:email/remove', needsWriter, askRemoval)
  .post('/members/:email/remove', needsWriter, removeMember)
