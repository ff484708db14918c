// Organizations as the API shows and takes them. Times are Unix milliseconds. A list that is null
// restricts nothing; an empty one admits nobody.

import { z } from '@hono/zod-openapi'

import { Id, Ips, Name, Receipt, Time } from '../keys/schemas.ts'

const Plan = z
  .string()
  .max(64)
  .openapi({ description: 'A plan of the catalog', example: 'starter' })
const Products = z.array(z.string()).max(100)

export const Organization = z
  .object({
    id: Id('org'),
    name: z.string(),
    plan: Plan,
    products: Products,
    ips: z.array(z.string()).nullable(),
    state: z.enum(['active', 'suspended']),
    active_keys: z.int().openapi({ description: 'Keys neither revoked nor expired' }),
    created_at: Time,
    suspended_at: Time.nullable(),
  })
  .openapi('Organization')

/** As in a page, where lists would make it long. */
export const OrganizationRow = Organization.omit({ ips: true })
  .extend({ ip_restricted: z.boolean() })
  .openapi('OrganizationRow')

/** What organizations are listed by. `search` is a part of the name, in any case. */
export const OrganizationFilter = z.object({
  state: z.enum(['active', 'suspended']).optional(),
  plan: z.string().max(64).optional(),
  search: z.string().max(100).optional(),
  owns: z
    .string()
    .regex(
      /^(?:key|su|whe|chg)_[0-9A-Za-z_]{1,60}$/,
      'must be the id of a key, service user, webhook endpoint or change',
    )
    .optional()
    .openapi({ description: 'The one that this id belongs to', example: 'key_a' }),
})

export const UpdateOrganization = z
  .strictObject({
    name: Name.optional(),
    ips: Ips.nullable().optional(),
    plan: Plan.optional(),
    products: Products.optional(),
    suspended: z.boolean().optional().openapi({
      description: 'true refuses every key of the organization, from the moment of the receipt',
    }),
  })
  .refine((value) => Object.keys(value).length > 0, 'must change something')
  .openapi('UpdateOrganization')

export const CreateOrganization = z
  .strictObject({
    name: Name,
    plan: Plan.optional(),
    products: Products.optional(),
    ips: Ips.nullable().optional(),
  })
  .openapi('CreateOrganization')

export const OrganizationWithReceipt = z.object({ organization: Organization, receipt: Receipt })
