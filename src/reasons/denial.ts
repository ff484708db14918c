// Every way in which the gate refuses, as one union made from the table. `reason` is the stable code of
// `X-Edge-Reason`; the fields beside it are what the sentence for the caller needs and never hold a credential.

import { GATE_REASONS } from './gate.ts'
import type { Status } from './row.ts'

type Table = typeof GATE_REASONS
export type Reason = keyof Table

type FieldsOf<Sentence> = Sentence extends (fields: infer Fields) => string ? Fields : unknown

export type Denial = {
  [R in Reason]: { readonly reason: R } & FieldsOf<Table[R]['sentence']>
}[Reason]

/** The status and the sentence for the caller of a denial. */
export function describe(denial: Denial): { readonly status: Status; readonly detail: string } {
  const { status, sentence } = GATE_REASONS[denial.reason]
  const detail =
    typeof sentence === 'string' ? sentence : (sentence as (fields: Denial) => string)(denial)
  return { status, detail }
}
