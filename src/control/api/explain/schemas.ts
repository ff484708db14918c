// What explain answers: the verdict, the steps to it, and where the limits stand.

import { z } from '@hono/zod-openapi'

import type { LimitState } from '../../../lib/limit.ts'

const Step = z.object({
  step: z.string(),
  verdict: z.enum(['pass', 'refuse']),
  reason: z.string().nullable(),
  detail: z.string(),
})
export type Step = z.infer<typeof Step>

/** The limits aside. */
export const Explanation = z.object({
  verdict: z.enum(['forwarded', 'refused']),
  status: z.int().nullable(),
  reason: z.string().nullable(),
  steps: z.array(Step),
})
export type Explanation = z.infer<typeof Explanation>

export const LimitView = z.object({
  name: z.string(),
  limit: z.int(),
  window_seconds: z.int().openapi({ description: 'Of a month 31 days; 0 of a balance' }),
  period: z.enum(['day', 'month', 'balance']).nullable().openapi({
    description: 'Counted by the calendar (UTC), or for ever; null: by a window that slides',
  }),
  remaining: z.int(),
  reset_after_ms: z.int(),
})

export function limitView(state: LimitState): z.infer<typeof LimitView> {
  return {
    name: state.name,
    limit: state.quota,
    window_seconds: state.windowSeconds,
    period: state.period ?? null,
    remaining: state.remaining,
    reset_after_ms: state.resetAfterMs,
  }
}
