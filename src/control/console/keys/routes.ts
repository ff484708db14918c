// The pages of keys.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { ASK_AND_ACT } from '../kit/confirm-action.tsx'
import { needsWriter } from '../writers.ts'
import { createKey, newKey } from './create.tsx'
import { editKey, saveKey } from './edit.tsx'
import { listKeys } from './list.tsx'
import { revokeKey } from './revoke.tsx'
import { rotateKey } from './rotate.tsx'
import { showKey } from './show.tsx'

export const keysPages = new Hono<ConsoleEnv>()
  .get('/keys', listKeys)
  .get('/keys/new', needsWriter, newKey)
  .post('/keys/new', needsWriter, createKey)
  .get('/keys/:id', showKey)
  .get('/keys/:id/edit', needsWriter, editKey)
  .post('/keys/:id/edit', needsWriter, saveKey)
  .on(ASK_AND_ACT, '/keys/:id/rotate', needsWriter, rotateKey)
  .on(ASK_AND_ACT, '/keys/:id/revoke', needsWriter, revokeKey)
