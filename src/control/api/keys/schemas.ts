// Keys as the API shows and takes them. Times are Unix milliseconds. A list that is null restricts
// nothing; an empty one admits nobody.

import { z } from '@hono/zod-openapi'

import { SHOWN, type FormName } from '../../../credentials/fields.ts'
import { ENVIRONMENTS, KIND_NAMES, kindsWith } from '../../../credentials/kinds.ts'
import { LINE_MAX_LENGTH, NAME_MAX_LENGTH, readLine, readName } from '../../../lib/names.ts'
import type { Result } from '../../../lib/result.ts'
import { PAGE_MAX } from '../../logs/page.ts'

/** As many as one key or organization may list. */
export const MAX_IPS = 10_000
export const MAX_ORIGINS = 1_000

export const Id = (prefix: string) =>
  z
    .string()
    .regex(
      new RegExp(`^${prefix}_[0-9A-Za-z_]{1,60}$`),
      `must be an id that begins with ${prefix}_`,
    )

/** The database would alter half a surrogate pair. */
export const wellFormed = [
  (text: string) => text.isWellFormed(),
  'must be well-formed Unicode',
] as const

/** A text that is kept as `read` gives it. */
const kept = (read: (text: string) => Result<string, string>) =>
  z.string().transform((text, context) => {
    const value = read(text)
    if (value.ok) return value.value
    context.addIssue(value.error)
    return z.NEVER
  })

/** Blanks are folded; what is not seen is refused (names.ts). */
export const Name = kept(readName).openapi({
  type: 'string',
  minLength: 1,
  maxLength: NAME_MAX_LENGTH,
  description: 'Runs of blanks become one space',
})
/** The same, and may be empty. */
export const Line = kept(readLine).openapi({ type: 'string', maxLength: LINE_MAX_LENGTH })
export const Time = z
  .int()
  .openapi({ description: 'Unix milliseconds', example: 1_795_359_089_410 })
export const Ips = z.array(z.string().max(49)).max(MAX_IPS)
export const Origins = z.array(z.string().max(300)).max(MAX_ORIGINS)
export const Metadata = z
  .record(
    z
      .string()
      .max(64)
      .refine(...wellFormed),
    z
      .string()
      .max(500)
      .refine(...wellFormed),
  )
  .refine((value) => Object.keys(value).length <= 50, 'must not have more than 50 members')
export const Quotas = z.record(z.string(), z.int().min(1).max(1_000_000_000)).openapi({
  description: 'Requests per window by limit name, in place of the plan’s',
  example: { plan: 50 },
})

/** How each form of a credential's fields (credentials/fields.ts) is described. */
const DESCRIBED = {
  id: Id('key'),
  text: z.string(),
  textOrNull: z.string().nullable(),
  kind: z.enum(KIND_NAMES),
  environment: z.enum(ENVIRONMENTS),
  texts: z.array(z.string()),
  list: z.array(z.string()).nullable(),
  quotas: Quotas,
  notes: z.record(z.string(), z.string()),
  integer: Time,
  time: Time.nullable(),
} as const satisfies Record<FormName, z.ZodType>

type Shown = typeof SHOWN
const shown = Object.fromEntries(
  Object.entries(SHOWN).map(([name, { form }]) => [name, DESCRIBED[form]]),
) as { readonly [K in keyof Shown]: (typeof DESCRIBED)[Shown[K]['form']] }

/** A key's state, which is worked out of its fields and the time. */
export const State = z.enum(['active', 'expired', 'revoked'])

/** Of as many ids as a page has at most, with commas between. */
const Ids = z
  .string()
  .max(PAGE_MAX * 65)
  .regex(
    /^key_[0-9A-Za-z_]{1,60}(?:,key_[0-9A-Za-z_]{1,60})*$/,
    'must be ids that begin with key_, with commas between',
  )
  .openapi({ description: 'These alone', example: 'key_a,key_b' })

/** What keys are listed by. `search` is a part of the name, in any case. */
export const KeyFilter = z.object({
  kind: z.enum(KIND_NAMES).optional(),
  environment: z.enum(ENVIRONMENTS).optional(),
  state: State.optional(),
  service_user: Id('su').optional(),
  search: z.string().max(100).optional(),
  ids: Ids.optional(),
  sort: z.enum(['expires_at']).optional(),
})

export const Key = z.object({ ...shown, state: State }).openapi('Key')
export type KeyView = z.infer<typeof Key>

/** A key at the one moment when its value is known. */
export const NewKey = Key.extend({
  value: z.string().nullable().openapi({
    description: 'The credential itself, shown this once; null when an Idempotency-Key is replayed',
  }),
}).openapi('NewKey')

export const Receipt = z
  .object({
    enforced_at: Time.nullable().openapi({
      description:
        'From then on nothing older is admitted anywhere; null while a guard is still to be told',
    }),
    pending: z.int(),
    change_id: z.string().optional(),
  })
  .openapi('Receipt')
/** `pending`: keys whose guards are still to be told; `change_id`: set when the queue tells them. */
export type Receipt = z.infer<typeof Receipt>

/** What is chosen for a key when it is made, and may be changed afterwards, besides its name. */
export const changeable = {
  scopes: z.array(z.string()).max(100).optional(),
  products: z.array(z.string()).min(1).max(100).optional(),
  quotas: Quotas.optional(),
  ips: Ips.nullable().optional(),
  origins: Origins.nullable().optional(),
  expires_at: Time.nullable().optional(),
  metadata: Metadata.optional(),
}

export const CreateKey = z
  .strictObject({
    kind: z.enum(kindsWith('owner', 'organization')),
    environment: z.enum(ENVIRONMENTS).optional(),
    name: Name,
    ...changeable,
  })
  .openapi('CreateKey')

export const UpdateKey = z
  .strictObject({
    name: Name.optional(),
    ...changeable,
  })
  .refine((value) => Object.keys(value).length > 0, 'must change something')
  .openapi('UpdateKey')

export const RotateKey = z
  .strictObject({
    grace_seconds: z.int().min(0).max(31_536_000).default(0).openapi({
      description: 'How long the old key goes on; never beyond its own expiry',
    }),
  })
  .openapi('RotateKey')

export const ImportKey = z
  .strictObject({
    kind: z.enum(kindsWith('importable', true)),
    environment: z.enum(ENVIRONMENTS).optional(),
    name: Name,
    prefix: z.string().openapi({ description: 'One of IMPORTED_PREFIXES, such as sk_live_' }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the whole key in lower-case hex'),
    ...changeable,
  })
  .openapi('ImportKey')
