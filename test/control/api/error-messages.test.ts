// What the API says of input that does not validate: one voice, and what would be right.

import { z } from '@hono/zod-openapi'
import { beforeAll, expect, it } from 'vitest'

import { refusalOf } from '../../../src/control/api/refusal.ts'
import { useErrorMessages } from '../../../src/control/api/error-messages.ts'

beforeAll(useErrorMessages)

const shape = z.strictObject({
  name: z.string().min(1).max(3).optional(),
  ips: z.array(z.string()).min(1).max(2).optional(),
  limit: z.int().min(1).max(100).optional(),
  environment: z.enum(['live', 'sandbox']).optional(),
  path: z.string().startsWith('/').optional(),
  on: z.boolean().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
})

it.each<[sent: unknown, field: string, sentence: string]>([
  [{ name: 1 }, 'name', 'must be a string'],
  [{ name: '' }, 'name', 'must not be empty'],
  [{ name: 'four' }, 'name', 'must have at most 3 characters'],
  [{ ips: 'x' }, 'ips', 'must be a list'],
  [{ ips: [] }, 'ips', 'choose at least one'],
  [{ ips: ['a', 'b', 'c'] }, 'ips', 'must have at most 2 entries'],
  [{ ips: ['a', 7] }, 'ips.1', 'must be a string'],
  [{ limit: 0 }, 'limit', 'must be at least 1'],
  [{ limit: 1.5 }, 'limit', 'must be a whole number'],
  [{ environment: 'nope' }, 'environment', 'must be live or sandbox'],
  [{ path: 'x' }, 'path', 'must begin with /'],
  [{ on: 'yes' }, 'on', 'must be true or false'],
  [{ metadata: [] }, 'metadata', 'must be an object'],
  [{ nmae: 'x' }, 'nmae', 'there is no such field here'],
  [7, 'body', 'must be an object'],
])('%j: %s %s', async (sent, field, sentence) => {
  const { error } = shape.safeParse(sent)
  const { response, reason } = refusalOf(error, 0)
  expect(reason).toBe('request_invalid')
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({
    error: 'bad_request',
    detail: `${field}: ${sentence}`,
    status_code: 400,
    field,
  })
})
