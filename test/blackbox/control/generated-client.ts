// A client generated from /edge/openapi.json by @hey-api/openapi-ts, bundled, and loaded.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { createClient } from '@hey-api/openapi-ts'
import { build } from 'esbuild'

/** What each generated function answers. */
export interface Result<T = Record<string, unknown>> {
  readonly data?: T
  readonly error?: Record<string, unknown>
  readonly response: Response
}

interface Options {
  readonly path?: object
  readonly query?: object
  readonly body?: object
  readonly headers?: object
}

export interface GeneratedClient {
  /** The generated functions, by operationId. */
  readonly functions: ReadonlySet<string>
  call<T>(name: string, options?: Options): Promise<Result<T>>
}

type Sdk = Readonly<Record<string, (options: object) => Promise<Result>>>

interface Bundle {
  readonly client: { setConfig(config: object): void }
  readonly sdk: Sdk
}

/** Generates a client for the edge at `url`, which presents a key. */
export async function generateClient(
  document: object,
  url: string,
  key: string,
): Promise<GeneratedClient> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-client-'))
  try {
    const source = join(folder, 'openapi.json')
    await writeFile(source, JSON.stringify(document))
    await createClient({
      input: source,
      output: join(folder, 'client'),
      plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
      logs: { level: 'silent' },
    })
    const entry = join(folder, 'entry.ts')
    const outfile = join(folder, 'client.mjs')
    await writeFile(
      entry,
      `export { client } from './client/client.gen'\nexport * as sdk from './client/sdk.gen'\n`,
    )
    await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', logLevel: 'silent' })
    const { client, sdk } = (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as Bundle
    client.setConfig({ baseUrl: url, auth: ({ name }: { name?: string }) => name && key })
    return {
      functions: new Set(Object.keys(sdk)),
      call: async (name, options = {}) => {
        const run = sdk[name]
        if (!run) throw new Error(`no function ${name} was generated`)
        return (await run(options)) as Result<never>
      },
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}
