// How long ago a time was, behind it: `<time datetime="…" data-relative>`.

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const
const EVERY_MS = 30_000

const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

export function tellRelativeTimes(): void {
  tellAll()
  setInterval(tellAll, EVERY_MS)
}

function tellAll(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-relative]')) {
    const seconds = Math.round((Date.parse(time.dateTime) - Date.now()) / 1000)
    time.dataset['relative'] = relative(seconds)
  }
}

function relative(seconds: number): string {
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1]
  return format.format(Math.trunc(seconds / length), unit)
}
