// The resources of the API, by the first segment of their paths, and the parts that each is made of. A part
// is evaluated with the first call of its resource: all of them at once would hold up whoever is served on
// the same thread, forwarded requests among them.

import type { OpenAPIHono } from '@hono/zod-openapi'

import type { ControlEnv } from './context.ts'

export type Part = () => Promise<OpenAPIHono<ControlEnv>>

const keys: Part = async () => (await import('./keys/api.ts')).keysApi
const audit: Part = async () => (await import('./audit/api.ts')).auditApi
const usage: Part = async () => (await import('./audit/usage-api.ts')).usageApi
const users: Part = async () => (await import('./service-users/api.ts')).serviceUsersApi
const tokens: Part = async () => (await import('./service-users/tokens-api.ts')).tokensApi
const organization: Part = async () => (await import('./organization/api.ts')).organizationApi
const members: Part = async () => (await import('./members/api.ts')).membersApi
const changes: Part = async () => (await import('./changes/api.ts')).changesApi
const explain: Part = async () => (await import('./explain/api.ts')).explainApi
const webhooks: Part = async () => (await import('./webhooks/api.ts')).webhooksApi
const verifying: Part = async () => (await import('./webhooks/verify-api.ts')).verifyApi
const deliveries: Part = async () => (await import('./webhooks/deliveries-api.ts')).deliveriesApi
const restore: Part = async () => (await import('./restore/api.ts')).restoreApi
const sync: Part = async () => (await import('./sync/api.ts')).syncApi

/** In the order of the OpenAPI document. */
export const RESOURCES: ReadonlyMap<string, readonly Part[]> = new Map([
  ['keys', [keys]],
  ['audit', [audit]],
  ['usage', [usage]],
  ['service-users', [users, tokens]],
  ['organization', [organization]],
  ['organizations', [organization]],
  ['members', [members]],
  ['changes', [changes]],
  ['whoami', [explain]],
  ['rate-limits', [explain]],
  ['explain', [explain]],
  ['webhooks', [webhooks, verifying, deliveries]],
  ['republish', [restore]],
  ['records', [restore]],
  ['sync', [sync]],
])

/** What every part stands on, in the order in which it is needed: each is a slice of its own. */
export const GROUND: readonly (() => Promise<unknown>)[] = [
  () => import('zod/v4/core'),
  () => import('zod'),
  () => import('@hono/zod-openapi'),
  () => import('./operation.ts'),
  () => import('./request.ts'),
]
