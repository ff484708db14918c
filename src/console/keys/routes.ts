// The pages of keys.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { createKey, newKey } from './create.tsx'
import { editKey, saveKey } from './edit.tsx'
import { listKeys } from './list.tsx'
import { confirmRevocation, revokeKey } from './revoke.tsx'
import { askRotation, rotateKey } from './rotate.tsx'
import { showKey } from './show.tsx'

export const keysPages = new Hono<ConsoleEnv>()
  .get('/keys', listKeys)
  .get('/keys/new', newKey)
  .post('/keys/new', createKey)
  .get('/keys/:id', showKey)
  .get('/keys/:id/edit', editKey)
  .post('/keys/:id/edit', saveKey)
  .get('/keys/:id/rotate', askRotation)
  .post('/keys/:id/rotate', rotateKey)
  .get('/keys/:id/revoke', confirmRevocation)
  .post('/keys/:id/revoke', revokeKey)
