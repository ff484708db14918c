// Where the local stack keeps what it makes. Everything below the state directory is git-ignored.

import { join } from 'node:path'

/** The project, with its wrangler.toml, schema.sql and src. */
export const PROJECT = join(import.meta.dirname, '..', '..')

export interface Layout {
  /** Secrets of the local deployment. */
  readonly devVars: string
  /** D1, KV and Durable Objects, where `wrangler … --local` looks for them too. */
  readonly wranglerState: string
  /** Credentials of the demo. */
  readonly demoDir: string
  readonly demoFile: string
  /** Stands in for wrangler.toml where only its directory matters. */
  readonly config: string
}

/** The files of a state directory; the project itself unless told otherwise. */
export function layoutOf(stateDir: string): Layout {
  return {
    devVars: join(stateDir, '.dev.vars'),
    wranglerState: join(stateDir, '.wrangler', 'state'),
    demoDir: join(stateDir, '.portcullis'),
    demoFile: join(stateDir, '.portcullis', 'demo.json'),
    config: join(stateDir, 'wrangler.toml'),
  }
}
