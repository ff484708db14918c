// Today's figures, each with the page that tells more.

import type { PageContext } from '../context.ts'
import { numberText } from '../kit/number.ts'
import { Section } from '../kit/section.tsx'
import { pageUrl, withQuery } from '../urls.ts'
import type { Counts } from '../usage/sums.ts'

export function TodayFigures({ c, today }: { c: PageContext; today: Counts }) {
  const { id } = c.get('organization')
  const figures = [
    ['Requests', today.requests, pageUrl(id, 'usage')],
    ['Refused', today.refused, withQuery(pageUrl(id, 'audit'), { decision: 'refused' })],
    ['Credits', today.credits, pageUrl(id, 'usage')],
  ] as const
  return (
    <Section id="today" title="Today, since midnight UTC">
      <dl class="figures">
        {figures.map(([label, number, href]) => (
          <div>
            <dt>
              <a href={href}>{label}</a>
            </dt>
            <dd>{numberText(number)}</dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}
