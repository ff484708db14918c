// What is generated from the API's own definitions: its OpenAPI document, the types of its client, and the
// inputs of each operation as the command line offers them. A test compares them with what is checked in.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createClient } from '@hey-api/openapi-ts'

import type { Field, Inputs } from '../../cli/inputs.ts'

/** Where each generated text belongs, below src/. */
export const TYPES_FILE = 'control/client/types.generated.ts'
export const DOCUMENT_FILE = 'control/api/openapi.generated.json'
export const INPUTS_FILE = 'cli/inputs.generated.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly description?: string
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Schema
  readonly description?: string
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { schema: Schema } } }
  readonly responses: Readonly<Record<string, unknown>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** The texts, by file. The API is loaded by its path: its types are those of a Worker. */
export async function generate(): Promise<Readonly<Record<string, string>>> {
  const module = new URL('../../control/api/openapi.ts', import.meta.url).href
  const api = (await import(module)) as { openApiDocument(issuer: string): Promise<Document> }
  const document = await api.openApiDocument('https://edge.example.com')
  return {
    [DOCUMENT_FILE]: `${JSON.stringify(document, null, 2)}\n`,
    [TYPES_FILE]: await typesOf(document),
    [INPUTS_FILE]: inputsOf(document),
  }
}

const HEADER = '// Made from the API by `npm run build:client`. Do not edit.\n\n'

/** Inputs and successful answers of each operation, by its name. Refusals have one form for all. */
async function typesOf(document: Document): Promise<string> {
  const paths: Record<string, object> = {}
  for (const [path, verbs] of Object.entries(document.paths)) {
    const good = Object.entries(verbs).map(([verb, one]) => [verb, withoutRefusals(one)] as const)
    paths[path] = Object.fromEntries(good)
  }
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-types-'))
  try {
    const input = join(folder, 'openapi.json')
    await writeFile(input, JSON.stringify({ ...document, paths }))
    const plugins = ['@hey-api/typescript'] as const
    await createClient({ input, output: folder, plugins, logs: { level: 'silent' } })
    const types = await readFile(join(folder, 'types.gen.ts'), 'utf8')
    const rows = operationsOf(document).map(({ operationId: name }) => {
      const type = name.slice(0, 1).toUpperCase() + name.slice(1)
      return `    ${name}: { input: ${type}Data; answer: ${type}Responses[keyof ${type}Responses] };`
    })
    const operations = ['export interface Operations {', ...rows, '}', ''].join('\n')
    return HEADER + types.replace(/^\/\/.*\n+/, '') + '\n' + operations
  } finally {
    await rm(folder, { recursive: true })
  }
}

function withoutRefusals(operation: Operation): object {
  const good = Object.entries(operation.responses).filter(([status]) => status < '400')
  return { ...operation, responses: Object.fromEntries(good) }
}

function inputsOf(document: Document): string {
  const rows = operationsOf(document).map((operation): [string, Inputs] => {
    const { operationId, summary, parameters = [], requestBody } = operation
    const body = resolve(requestBody?.content['application/json'].schema, document)
    const named = parameters.filter(({ in: where, name }) => where !== 'header' && !isOwner(name))
    const fields = [
      ...named.map(({ name, in: where, required, schema, description }) =>
        fieldOf(name, where as Field['in'], schema, required === true, document, description),
      ),
      ...Object.entries(body?.properties ?? {}).map(([name, schema]) =>
        fieldOf(name, 'body', schema, body?.required?.includes(name) === true, document),
      ),
    ]
    const inputs = {
      summary,
      organization: parameters.some(({ name }) => isOwner(name)),
      idempotent: parameters.some(({ in: where }) => where === 'header'),
      body: body !== undefined,
      fields,
    }
    return [operationId, inputs]
  })
  const lines = rows.map(([name, inputs]) => `  ${name}: ${JSON.stringify(inputs)},`)
  return [
    HEADER + `import type { OperationName } from '../catalog/operations.ts'`,
    `import type { Inputs } from './inputs.ts'\n`,
    'export const INPUTS: Readonly<Record<OperationName, Inputs>> = {',
    ...lines,
    '}\n',
  ].join('\n')
}

function isOwner(name: string): boolean {
  return name === 'organization'
}

function fieldOf(
  name: string,
  where: Field['in'],
  given: Schema,
  required: boolean,
  document: Document,
  described?: string,
): Field {
  const schema = resolve(given, document) ?? {}
  const help = described ?? schema.description
  const prefix = /^\^([a-z]+)_\[/.exec(schema.pattern ?? '')?.[1]
  const isList = schema.pattern?.includes('(?:,') === true
  const choices = schema.enum ?? schema.items?.enum
  return {
    name,
    in: where,
    type: typeOf(name, schema),
    ...(required && { required }),
    ...([schema.type].flat().includes('null') && where === 'body' && { nullable: true }),
    ...(prefix !== undefined && !isList && { prefix }),
    ...(choices && { choices }),
    ...(help !== undefined && { help }),
  }
}

function typeOf(name: string, schema: Schema): Field['type'] {
  const types = [schema.type].flat()
  if (types.includes('array')) return 'list'
  if (types.includes('boolean')) return 'boolean'
  if (types.includes('object')) return name === 'quotas' ? 'numbers' : 'texts'
  if (!types.includes('integer')) return 'text'
  return schema.description === 'Unix milliseconds' || /^(?:from|to)$/.test(name)
    ? 'time'
    : 'integer'
}

function operationsOf({ paths }: Document): Operation[] {
  return Object.values(paths).flatMap((verbs) => Object.values(verbs))
}

function resolve(schema: Schema | undefined, { components }: Document): Schema | undefined {
  const name = schema?.$ref?.split('/').at(-1)
  return name === undefined ? schema : components.schemas[name]
}
