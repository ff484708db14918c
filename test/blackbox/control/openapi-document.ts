// /edge/openapi.json as the tests walk it.

import { z } from 'zod'

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json }

export interface Operation {
  readonly operationId: string
  readonly description: string
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, object>> }>
  >
  readonly requestBody?: object
}

export interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Json>>
    readonly securitySchemes: Readonly<Record<string, object>>
  }
}

/** Every operation with its verb and path, as `GET /edge/v1/keys/{id}`. */
export function operationsOf({ paths }: Document): Map<string, Operation> {
  return new Map(
    Object.entries(paths).flatMap(([path, verbs]) =>
      Object.entries(verbs).map(([verb, operation]): [string, Operation] => [
        `${verb.toUpperCase()} ${path}`,
        operation,
      ]),
    ),
  )
}

export interface Example {
  /** A JSON pointer. */
  readonly place: string
  readonly example: Json
  readonly schema: Json
}

/** Every `example` with the schema that it stands in or beside. */
export function examplesOf(node: Json, place = '#'): Example[] {
  if (typeof node !== 'object' || node === null) return []
  const below = Object.entries(node).flatMap(([name, child]) =>
    examplesOf(child, `${place}/${name}`),
  )
  if (Array.isArray(node) || !('example' in node)) return below
  const { example, schema, ...itself } = node as { example: Json; schema?: Json }
  return [{ place, example, schema: schema ?? itself }, ...below]
}

/** What is wrong with a value by a schema of the document; undefined where nothing is. */
export function flawOf(value: Json, schema: Json, { components }: Document): string | undefined {
  const text = JSON.stringify({ allOf: [schema], $defs: components.schemas })
  const moved = text.replaceAll('#/components/schemas/', '#/$defs/')
  // Members that the document does not have are flaws too.
  const exact = moved.replaceAll('"properties":', '"additionalProperties":false,"properties":')
  const verdict = z.fromJSONSchema(JSON.parse(exact) as never).safeParse(value)
  return verdict.success ? undefined : z.prettifyError(verdict.error)
}
