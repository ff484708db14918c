// Lines as an SVG that reads on a light and on a dark page. Pure.

import { scaleLinear, scaleLog } from 'd3-scale'
import { line } from 'd3-shape'

export interface Line {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface Panel {
  readonly title: string
  readonly lines: readonly Line[]
}

export interface Plot {
  readonly title: string
  readonly axis: string
  readonly scale: 'log' | 'linear'
  readonly panels: readonly Panel[]
}

const PANEL_WIDTH = 400
const HEIGHT = 300
const MARGIN = { top: 56, right: 16, bottom: 64, left: 56 }
const COLORS = 4

const STYLE = `text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 14px } .muted { fill: #59636e }
.grid { stroke: #d1d9e0; fill: none } .line { fill: none; stroke-width: 2 }
.c0 { stroke: #0969da } .c1 { stroke: #bc4c00 } .c2 { stroke: #1a7f37 } .c3 { stroke: #8250df }
circle.c0 { fill: #0969da } circle.c1 { fill: #bc4c00 } circle.c2 { fill: #1a7f37 } circle.c3 { fill: #8250df }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .muted { fill: #9198a1 } .grid { stroke: #3d444d }
.c0 { stroke: #4493f8 } .c1 { stroke: #f0883e } .c2 { stroke: #3fb950 } .c3 { stroke: #ab7df8 }
circle.c0 { fill: #4493f8 } circle.c1 { fill: #f0883e } circle.c2 { fill: #3fb950 } circle.c3 { fill: #ab7df8 } }`

/** The whole file's text. */
export function svgOf({ title, axis, scale, panels }: Plot): string {
  const width = PANEL_WIDTH * panels.length
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    text(12, 20, title, 'title'),
    ...panels.map((panel, i) => panelOf(panel, i * PANEL_WIDTH, axis, scale)),
    '</svg>',
    '',
  ].join('\n')
}

function panelOf(panel: Panel, left: number, axis: string, kind: Plot['scale']): string {
  const all = panel.lines.flatMap(({ points }) => points)
  const xs = all.map(([at]) => at)
  const top = Math.max(...all.map(([, value]) => value), 0)
  const range = [left + MARGIN.left, left + PANEL_WIDTH - MARGIN.right]
  const low = Math.min(...xs)
  const high = Math.max(...xs)
  const x =
    kind === 'log'
      ? scaleLog([Math.max(1, low), Math.max(10, high)], range)
      : scaleLinear([low, high === low ? low + 1 : high], range)
  const y = scaleLinear([0, top || 1], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice(4)
  const xTicks = kind === 'log' ? [...new Set(xs)] : x.ticks(5)
  const path = line<readonly [number, number]>(
    ([at]) => x(at),
    ([, value]) => y(value),
  )
  const bottom = HEIGHT - MARGIN.bottom
  return [
    text(range[0] ?? 0, MARGIN.top - 14, panel.title, 'muted'),
    ...y
      .ticks(4)
      .flatMap((value) => [
        `<path class="grid" d="M${range[0]} ${at(y(value))}H${range[1]}"/>`,
        text((range[0] ?? 0) - 6, y(value) + 4, spelled(value), 'muted', 'end'),
      ]),
    ...xTicks.map((value) => text(x(value), bottom + 16, spelled(value), 'muted', 'middle')),
    text((left * 2 + PANEL_WIDTH + MARGIN.left) / 2, bottom + 34, axis, 'muted', 'middle'),
    ...panel.lines.flatMap(({ name, points }, i) => {
      const color = `c${i % COLORS}`
      const legend = (range[0] ?? 0) + i * 105
      return [
        `<path class="line ${color}" d="${path(points) ?? ''}"/>`,
        ...points.map(
          ([px, py]) => `<circle class="${color}" cx="${at(x(px))}" cy="${at(y(py))}" r="3"/>`,
        ),
        `<circle class="${color}" cx="${legend + 4}" cy="${HEIGHT - 12}" r="4"/>`,
        text(legend + 12, HEIGHT - 8, name),
      ]
    }),
  ].join('\n')
}

function text(x: number, y: number, content: string, style = '', anchor = 'start'): string {
  return `<text x="${at(x)}" y="${at(y)}" class="${style}" text-anchor="${anchor}">${escaped(content)}</text>`
}

const at = (value: number): string => value.toFixed(1)

const spelled = (value: number): string =>
  new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(value)

const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
