// .portcullis/demo.json: the one place that holds the demo's credentials as they are presented.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'

import {
  DEMO_NAMES,
  DEMO_ORGANIZATION,
  OTHER_ORGANIZATION,
  SERVICE_USER,
  type DemoName,
} from './demo-credentials.ts'
import type { Layout } from './layout.ts'

export interface Minted {
  readonly id: string
  readonly value: string
}

export type DemoCredentials = Readonly<Record<DemoName, Minted>>

export interface Demo {
  /** Of the edge. */
  readonly url: string
  readonly organizations: Readonly<Record<string, string>>
  readonly service_user: { readonly id: string; readonly source_system: string }
  readonly credentials: DemoCredentials
}

/** The credentials of an earlier start; nothing when the file is not there or not whole. */
export function readDemoCredentials({ demoFile }: Layout): DemoCredentials | undefined {
  try {
    const { credentials } = JSON.parse(readFileSync(demoFile, 'utf8')) as Partial<Demo>
    const whole = DEMO_NAMES.every((name) => isMinted(credentials?.[name]))
    return whole ? credentials : undefined
  } catch {
    return undefined
  }
}

/** Writes the file, readable by its owner only. */
export function writeDemo(layout: Layout, url: string, credentials: DemoCredentials): Demo {
  const demo: Demo = {
    url,
    organizations: { demo: DEMO_ORGANIZATION, other: OTHER_ORGANIZATION },
    service_user: { id: SERVICE_USER.id, source_system: SERVICE_USER.sourceSystem },
    credentials,
  }
  mkdirSync(layout.demoDir, { recursive: true, mode: 0o700 })
  writeFileSync(layout.demoFile, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 })
  return demo
}

function isMinted(value: unknown): value is Minted {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    'value' in value &&
    typeof value.id === 'string' &&
    typeof value.value === 'string'
  )
}
