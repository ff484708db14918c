// Members of an organization as the API shows and takes them. Times are Unix milliseconds.

import { z } from '@hono/zod-openapi'

import { Time } from '../keys/schemas.ts'
import { parseEmail } from './email.ts'
import { ROLES } from './role.ts'

/** In any case; it is kept in lower case, as Cloudflare Access vouches for it. */
export const Email = z
  .string()
  .max(254)
  .transform((text, context) => {
    const email = parseEmail(text)
    if (email !== undefined) return email
    context.addIssue('must be an e-mail address, such as ann@example.com')
    return z.NEVER
  })
  .openapi({ format: 'email', example: 'ann@example.com' })

const RoleField = z.enum(ROLES).openapi({ description: 'viewer: reads only' })

export const Member = z
  .object({
    organization_id: z.string(),
    email: z.string(),
    role: RoleField,
    created_at: Time,
  })
  .openapi('Member')

export type MemberView = z.infer<typeof Member>

export const PutMember = z.strictObject({ role: RoleField }).openapi('PutMember')
