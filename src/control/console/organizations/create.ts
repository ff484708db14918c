// Creating an organization; its first page is next.

import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { faultOf } from '../kit/fault.ts'
import { onceHeader } from '../kit/form.tsx'
import { done } from '../respond.tsx'
import { choosePage, homeOf, ORGANIZATION_LABELS } from './choose.tsx'

export async function create(c: PageContext): Promise<Response> {
  const form = c.get('form')
  const made = await call(c, 'createOrganization', {
    headers: onceHeader(form),
    body: {
      name: form.get('name') ?? '',
      plan: form.get('plan') ?? undefined,
      products: form.getAll('products'),
    },
  })
  if (!made.ok) return await choosePage(c, faultOf(made, ORGANIZATION_LABELS))
  return await done(c, homeOf(c, made.value.id), 'organization_created')
}
