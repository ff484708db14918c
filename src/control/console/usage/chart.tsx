// Usage as bars, drawn here as SVG. The bars stretch with the page; labels are text beside them, so
// that they stay as large as all text. What it shows, the table says.

import { scaleBand } from 'd3-scale'

import { Bars, box, laidOut, PARTS, round, TICKS, type Part } from './bars.tsx'
import type { Bar } from './group.ts'
import { numberText } from '../kit/number.ts'

/** The drawing's own units; it is stretched to the room that there is. */
const WIDTH = 1000
const HEIGHT = 200

interface ChartProps {
  /** Unique in the page. */
  id: string
  title: string
  bars: readonly Bar[]
  parts: readonly Part[]
  /** What a bar is called. */
  nameOf: (bar: Bar) => string
}

/** Days from left to right. */
export function DayChart({ id, title, bars, parts, nameOf }: ChartProps) {
  const { rows, height } = laidOut(bars, parts, [HEIGHT, 0])
  const x = scaleBand(bars.map(nameOf), [0, WIDTH]).paddingInner(0.2)
  const ticks = height.ticks(TICKS)
  const ends = [bars[0], bars[Math.floor(bars.length / 2)], bars.at(-1)]
  return (
    <figure class="chart">
      <Caption title={title} parts={parts} />
      <div class="plot">
        <div class="ticks" aria-hidden="true">
          {ticks.toReversed().map((tick) => (
            <span>{numberText(tick)}</span>
          ))}
        </div>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-labelledby={`${id}-title ${id}-desc`}
        >
          <Words id={id} title={title} desc={describe(bars, parts, nameOf)} />
          <path
            class="grid"
            d={ticks.map((tick) => `M0,${round(height(tick))}H${WIDTH}`).join('')}
          />
          <Bars
            rows={rows}
            tipOf={(bar) => tip(bar, parts, nameOf)}
            boxOf={({ from, to }, bar) =>
              box(x(nameOf(bar)) ?? 0, height(to), x.bandwidth(), height(from) - height(to))
            }
          />
        </svg>
      </div>
      <div class="days" aria-hidden="true">
        {ends.map((bar) => (
          <span>{bar ? nameOf(bar) : ''}</span>
        ))}
      </div>
    </figure>
  )
}

const ROW_HEIGHT = 20
/** As high as the name beside it. */
const ROW_EM = 1.75
const RANKED_MAX = 20

/** One bar below the other, the first RANKED_MAX of them. */
export function RankedChart({ id, title, bars, parts, nameOf }: ChartProps) {
  const shown = bars.slice(0, RANKED_MAX)
  const { rows, height: width } = laidOut(shown, parts, [0, WIDTH])
  return (
    <figure class="chart">
      <Caption title={title} parts={parts} />
      <div class="plot ranked">
        <ol class="names" aria-hidden="true">
          {shown.map((bar) => (
            <li title={nameOf(bar)}>{nameOf(bar)}</li>
          ))}
        </ol>
        <svg
          viewBox={`0 0 ${WIDTH} ${shown.length * ROW_HEIGHT}`}
          height={`${shown.length * ROW_EM}em`}
          preserveAspectRatio="none"
          role="img"
          aria-labelledby={`${id}-title ${id}-desc`}
        >
          <Words id={id} title={title} desc={describe(shown, parts, nameOf)} />
          <Bars
            rows={rows}
            tipOf={(bar) => tip(bar, parts, nameOf)}
            boxOf={({ from, to }, _, i) =>
              box(width(from), i * ROW_HEIGHT + 3, width(to) - width(from), ROW_HEIGHT - 6)
            }
          />
        </svg>
      </div>
      {bars.length > shown.length ? (
        <p>
          <small>The {RANKED_MAX} with the most requests; the table has all.</small>
        </p>
      ) : null}
    </figure>
  )
}

function Caption({ title, parts }: Pick<ChartProps, 'title' | 'parts'>) {
  return (
    <figcaption>
      <strong>{title}</strong>
      {parts.length < 2
        ? null
        : parts.map((part) => (
            <span>
              <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
                <path class={part} d="M0,0H10V10H0Z" />
              </svg>{' '}
              {PARTS[part].label}
            </span>
          ))}
    </figcaption>
  )
}

function Words({ id, title, desc }: { id: string; title: string; desc: string }) {
  return (
    <>
      <title id={`${id}-title`}>{title}</title>
      <desc id={`${id}-desc`}>{desc}</desc>
    </>
  )
}

/** The chart in a sentence; the table beside it has every number. */
function describe(
  bars: readonly Bar[],
  parts: readonly Part[],
  nameOf: ChartProps['nameOf'],
): string {
  const size = (bar: Bar): number => parts.reduce((sum, part) => sum + PARTS[part].of(bar), 0)
  const [most] = bars.toSorted((a, b) => size(b) - size(a))
  if (!most || size(most) === 0) return `${bars.length} bars, all of them empty.`
  return `${bars.length} bars. The longest is ${tip(most, parts, nameOf)}. The table has every number.`
}

function tip(bar: Bar, parts: readonly Part[], nameOf: ChartProps['nameOf']): string {
  const values = parts.map(
    (part) => `${numberText(PARTS[part].of(bar))} ${PARTS[part].label.toLowerCase()}`,
  )
  return `${nameOf(bar)}: ${values.join(', ')}`
}
