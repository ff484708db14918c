// What is asked of usage: the address' fields.

import type { PageContext } from '../context.ts'
import type { Fault } from '../kit/fault.ts'
import { isGroup, type Group } from './group.ts'
import { readPeriod } from './period.ts'
import type { Narrowing } from './read.ts'

export const LABELS = {
  from: 'First day',
  to: 'Last day',
  key: 'Key',
  product: 'Product',
  group: 'Shown by',
}

export interface UsageQuery {
  readonly narrowing: Narrowing
  readonly group: Group
  /** Of the period, which is then the usual one. */
  readonly fault: Fault | undefined
}

export function readQuery(c: PageContext): UsageQuery {
  const text = (name: string): string => (c.req.query(name) ?? '').trim()
  const { period, fault } = readPeriod(text('from'), text('to'), c.env.context.nowMs)
  const group = c.req.query('group')
  return {
    narrowing: { ...period, key: text('key'), product: text('product') },
    group: isGroup(group) ? group : 'day',
    fault,
  }
}
