// What the OpenAPI document says of refusals: the reasons of each status, as the tables have them.

import { expect, it } from 'vitest'

import { openApiDocument } from '../../../src/control/api/openapi.ts'
import { GATE_REASONS } from '../../../src/reasons/gate.ts'
import { MANAGEMENT_REASONS } from '../../../src/reasons/management.ts'

type Json = Readonly<Record<string, unknown>>

const document = (await openApiDocument('https://edge.example')) as {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, Json> }>>
  readonly components: { readonly headers: Record<string, { schema: { enum: string[] } }> }
}
const { headers } = document.components
const responses = Object.values(document.paths)
  .flatMap((verbs) => Object.values(verbs))
  .flatMap((operation) => Object.entries(operation.responses))

it('names every reason of the management API under its status', () => {
  for (const [reason, { status }] of Object.entries(MANAGEMENT_REASONS)) {
    expect(headers[`Reason${status}`]?.schema.enum).toContain(reason)
  }
  expect(headers['Reason409']?.schema.enum).toContain('service_user_disabled')
})

it('names no reason that no table has', () => {
  const known = [...Object.keys(GATE_REASONS), ...Object.keys(MANAGEMENT_REASONS)]
  expect(Object.values(headers).flatMap(({ schema }) => schema.enum)).not.toHaveLength(0)
  for (const { schema } of Object.values(headers)) {
    expect(known).toEqual(expect.arrayContaining(schema.enum))
  }
})

it('says of each error of each operation where its reasons are', () => {
  const errors = responses.filter(([status]) => Number(status) >= 400)
  expect(errors.length).toBeGreaterThan(200)
  for (const [status, { headers: own }] of errors) {
    const name = `Reason${status}`
    expect(own).toEqual({ 'X-Edge-Reason': { $ref: `#/components/headers/${name}` } })
    expect(headers[name]?.schema.enum.length).toBeGreaterThan(0)
  }
})
