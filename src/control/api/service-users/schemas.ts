// Service users as the API shows and takes them: one integrator each, named by its source system,
// acting for some departments. Times are Unix milliseconds.

import { z } from '@hono/zod-openapi'

import { ENVIRONMENTS } from '../../../catalog/define.ts'
import { changeable, Id, Name, NewKey, Receipt, Time } from '../keys/schemas.ts'

/** Goes upstream in a header, so it is an identifier; the same pattern as in schema.sql. */
export const SourceSystem = z
  .string()
  .regex(
    /^[a-z][0-9a-z_-]{0,63}$/,
    'must be 1 to 64 lower-case letters, digits, _ or -, a letter first, such as vkyc',
  )
  .openapi({ example: 'doc_service' })

/** Compared byte for byte with the X-Approver-Department header. */
const Departments = z
  .array(
    z
      .string()
      .regex(
        /^[0-9A-Za-z](?:[0-9A-Za-z ._-]{0,62}[0-9A-Za-z])?$/,
        'must be 1 to 64 letters, digits, spaces, . _ or -, such as retail',
      ),
  )
  .max(100)
  .openapi({
    description: 'For whom it may act; without any it cannot call where one is required',
    example: ['retail'],
  })

export const ServiceUser = z
  .object({
    id: Id('su'),
    organization_id: z.string(),
    name: z.string(),
    source_system: z.string(),
    departments: z.array(z.string()),
    state: z.enum(['active', 'disabled']),
    active_tokens: z.int().openapi({
      description: 'Tokens neither revoked nor expired, of the environment that the caller sees',
    }),
    last_used_at: Time.nullable(),
    created_at: Time,
    disabled_at: Time.nullable(),
  })
  .openapi('ServiceUser')

/** What service users are listed by. `search` is a part of the name, in any case. */
export const ServiceUserFilter = z.object({
  state: z.enum(['active', 'disabled']).optional(),
  source_system: SourceSystem.optional(),
  search: z.string().max(100).optional(),
})

export const CreateServiceUser = z
  .strictObject({ name: Name, source_system: SourceSystem, departments: Departments.optional() })
  .openapi('CreateServiceUser')

export const UpdateServiceUser = z
  .strictObject({
    name: Name.optional(),
    source_system: SourceSystem.optional(),
    departments: Departments.optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'must change something')
  .openapi('UpdateServiceUser')

export const ServiceUserWithReceipt = z.object({ service_user: ServiceUser, receipt: Receipt })

export const DisabledReceipt = Receipt.extend({ disabled_at: Time.nullable() })

/** A token calls no page, and what accepts its kind is what the organization has of it. */
const { origins: _origins, products: _products, scopes: _scopes, ...ofTokens } = changeable

export const MintToken = z
  .strictObject({
    environment: z.enum(ENVIRONMENTS).optional(),
    name: Name,
    scopes: z.array(z.string()).min(1).max(100).optional(),
    ...ofTokens,
  })
  .openapi('MintToken')

/** A token at the one moment when its value is known, with the call that uses it. */
export const NewToken = NewKey.extend({
  curl: z.string().nullable().openapi({
    description: 'A line to paste: the first call that the token may make, with its value in it',
  }),
}).openapi('NewToken')
