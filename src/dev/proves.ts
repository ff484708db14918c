// Whether a credential of demo.json would be recognised: under these secrets, by this row.

import { jwtVerify } from 'jose'

import type { Settings } from '../config/settings.ts'
import { digestOf } from '../credentials/digest.ts'
import { keyParser } from '../credentials/format.ts'
import type { Minted } from './demo-file.ts'

export interface DemoRow {
  readonly id: string
  /** null for a JWT. */
  readonly digest: string | null
}

export async function proves(minted: Minted, row: DemoRow, settings: Settings): Promise<boolean> {
  if (row.digest === null) return await isSignedFor(row.id, minted.value, settings)
  const key = keyParser(settings.brand)(minted.value)
  return key !== undefined && (await digestOf(key, settings.peppers)) === row.digest
}

async function isSignedFor(id: string, token: string, settings: Settings): Promise<boolean> {
  try {
    const { payload } = await jwtVerify(token, settings.signingKeys.verify)
    return payload.jti === id
  } catch {
    return false
  }
}
