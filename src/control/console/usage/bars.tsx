// The bars of a chart: how long each part is, and their shapes.

import { scaleLinear } from 'd3-scale'
import { stack } from 'd3-shape'

import type { Bar } from './group.ts'

/** Lines that the scale is divided by, about. */
export const TICKS = 4

/** A bar's parts, from the axis on. Their names are the classes that colour them. */
export type Part = 'passed' | 'refused' | 'credits'

export const PARTS: Readonly<Record<Part, { label: string; of: (bar: Bar) => number }>> = {
  passed: { label: 'Let through', of: ({ requests, refused }) => requests - refused },
  refused: { label: 'Refused', of: ({ refused }) => refused },
  credits: { label: 'Credits', of: ({ credits }) => credits },
}

/** Each bar's parts, one on top of the other, and the scale of their length. */
export function laidOut(bars: readonly Bar[], parts: readonly Part[], range: [number, number]) {
  const series = stack<Bar, Part>()
    .keys(parts)
    .value((bar, part) => PARTS[part].of(bar))(bars)
  const most = Math.max(1, ...series.flatMap((points) => points.map(([, to]) => to)))
  const rows = bars.map((bar, i) => ({
    bar,
    spans: series.flatMap((points) => {
      const [from = 0, to = 0] = points[i] ?? []
      return to > from ? [{ part: points.key, from, to }] : []
    }),
  }))
  return { rows, height: scaleLinear([0, most], range).nice(TICKS) }
}

/** Thinner bars cannot be pointed at, and their names would make a large page. */
const NAMED_MAX = 31

interface Span {
  readonly part: Part
  readonly from: number
  readonly to: number
}

interface BarsProps {
  rows: readonly { readonly bar: Bar; readonly spans: readonly Span[] }[]
  tipOf: (bar: Bar) => string
  boxOf: (span: Span, bar: Bar, i: number) => string
}

export function Bars({ rows, tipOf, boxOf }: BarsProps) {
  if (rows.length <= NAMED_MAX) {
    return (
      <>
        {rows.map(({ bar, spans }, i) => (
          <g>
            <title>{tipOf(bar)}</title>
            {spans.map((span) => (
              <path class={span.part} d={boxOf(span, bar, i)} />
            ))}
          </g>
        ))}
      </>
    )
  }
  const shapes = new Map<Part, string>()
  for (const [i, { bar, spans }] of rows.entries()) {
    for (const span of spans) {
      shapes.set(span.part, (shapes.get(span.part) ?? '') + boxOf(span, bar, i))
    }
  }
  return (
    <>
      {[...shapes].map(([part, d]) => (
        <path class={part} d={d} />
      ))}
    </>
  )
}

/** A rectangle as a path. */
export function box(x: number, y: number, width: number, height: number): string {
  return `M${round(x)},${round(y)}h${round(width)}v${round(height)}h${round(-width)}Z`
}

/** To a tenth of the drawing's units. */
export function round(value: number): number {
  return Math.round(value * 10) / 10
}
