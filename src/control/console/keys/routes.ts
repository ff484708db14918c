// The pages of keys.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { SHOW_AND_ACT } from '../kit/form-page.tsx'
import { needsWriter } from '../writers.ts'
import { createKey } from './create.tsx'
import { editKey } from './edit.tsx'
import { listKeys } from './list.tsx'
import { revokeKey } from './revoke.tsx'
import { rotateKey } from './rotate.tsx'
import { showKey } from './show.tsx'

export const keysPages = new Hono<ConsoleEnv>()
  .get('/keys', listKeys)
  .on(SHOW_AND_ACT, '/keys/new', needsWriter, createKey)
  .get('/keys/:id', showKey)
  .on(SHOW_AND_ACT, '/keys/:id/edit', needsWriter, editKey)
  .on(SHOW_AND_ACT, '/keys/:id/rotate', needsWriter, rotateKey)
  .on(SHOW_AND_ACT, '/keys/:id/revoke', needsWriter, revokeKey)
