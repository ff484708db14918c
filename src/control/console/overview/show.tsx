// The overview: the way to the first call where there was none yet, else how things stand today.

import type { PageContext } from '../context.ts'
import { page, type Answered } from '../respond.tsx'
import { AttentionList } from './attention.tsx'
import { Calls } from './calls.tsx'
import { FirstCall } from './first-call.tsx'
import { isInUse, latestCalls, needsAttention, newestKey, usageToday } from './read.ts'
import { TodayFigures } from './today.tsx'

export async function showOverview(c: PageContext): Promise<Response> {
  const latest = await latestCalls(c)
  if (!(await isInUse(c, latest))) {
    const key = await newestKey(c)
    return await overview(c, <FirstCall c={c} found={key} latest={latest} />)
  }
  const [today, attention] = await Promise.all([usageToday(c), needsAttention(c)])
  return await overview(
    c,
    <>
      <TodayFigures c={c} today={today} />
      <AttentionList c={c} attention={attention} />
      <Calls c={c} events={latest} />
    </>,
  )
}

function overview(c: PageContext, body: Parameters<typeof page>[2]): Answered {
  return page(c, { title: 'Overview' }, body)
}
