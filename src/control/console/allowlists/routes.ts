// The pages of allowlists. `:owner` is a key's id, or `organization`; `:list` is `ips` or `origins`.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { needsWriter } from '../writers.ts'
import { addEntries, checkEntries } from './add.tsx'
import { askLifting, liftRestriction } from './lift.tsx'
import { showLists } from './overview.tsx'
import { removeEntries } from './remove.tsx'
import { showList } from './show.tsx'

const ONE = '/allowlists/:owner/:list'

export const allowlistsPages = new Hono<ConsoleEnv>()
  .get('/allowlists', showLists)
  .post('/allowlists/check', checkEntries)
  .get(ONE, showList)
  .post(`${ONE}/add`, needsWriter, addEntries)
  .post(`${ONE}/remove`, needsWriter, removeEntries)
  .get(`${ONE}/lift`, needsWriter, askLifting)
  .post(`${ONE}/lift`, needsWriter, liftRestriction)
