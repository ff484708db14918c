// What the gate needs. An isolate keeps one such object between requests; who builds it is above.

import type { AuditDeps } from '../audit/deps.ts'
import type { Fingerprint } from '../call/fingerprint.ts'
import type { Catalog } from '../catalog/define.ts'
import type { RouteTable } from '../catalog/match.ts'
import type { Bindings } from '../config/bindings.ts'
import type { Settings } from '../config/settings.ts'
import type { SharedLoads } from '../credentials/loads.ts'
import type { Authenticated, KeyMemo } from './memo.ts'
import type { Confirmations } from './relay/confirmations.ts'
import type { RefusalMemo } from '../guard/refusal-memo.ts'
import type { Result } from '../lib/result.ts'
import type { GateBindings } from './bindings.ts'
import type { Control } from './control.ts'
import type { Denial } from '../reasons/denial.ts'
import type { FailureCounts } from './failures.ts'
import type { Signer } from './forward/identity.ts'
import type { LookupFailures } from './lookup-failures.ts'
import type { WatchTimes } from './relay/watch-times.ts'

/** The settings by which requests are decided. */
export type GateSettings = Pick<
  Settings,
  'brand' | 'importedPrefixes' | 'issuer' | 'jwtIssuers' | 'peppers' | 'upstreams'
>

/** What the string of a credential is proved by. */
export interface ProofDeps {
  readonly settings: GateSettings
  /** Ids of the catalog's products. */
  readonly products: ReadonlySet<string>
}

/** What an isolate of the gate keeps: beside the gate's own, what is answered without it. */
export interface Edge extends GateDeps {
  readonly settings: Settings
  readonly bindings: GateBindings
  readonly control: Control
  /** Of the settings and the catalog: control compares it with its own. */
  readonly fingerprint: Fingerprint
}

export interface GateDeps extends ProofDeps, AuditDeps {
  readonly settings: GateSettings
  readonly catalog: Catalog
  readonly routes: RouteTable
  /** Of the management API. */
  readonly ownRoutes: RouteTable
  readonly bindings: Pick<Bindings, 'DB' | 'RECORDS' | 'KEY_GUARD'>
  readonly keys: KeyMemo
  readonly loads: SharedLoads<Result<Authenticated, Denial>>
  readonly refusals: RefusalMemo
  readonly failures: FailureCounts
  readonly lookups: LookupFailures
  readonly signer: Signer
  /** For connections that stay open, and their account. */
  readonly confirmations: Confirmations
  readonly watch: WatchTimes
}
