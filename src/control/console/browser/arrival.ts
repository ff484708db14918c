// The overview of a new organization notices the first call: while the page is seen, it asks every few
// seconds, shows a call that was refused in its place, and goes on when one has passed.

const EVERY_MS = 3000
/** A page that is left open asks no longer, so that its session can end. */
const PATIENCE_MS = 15 * 60_000

/** The answer of overview/arrival.ts. */
interface Arrival {
  readonly latest: string | null
  readonly next: string | null
}

export function awaitArrival(): void {
  const box = document.querySelector<HTMLElement>('[data-arrival]')
  if (!box) return
  const end = Date.now() + PATIENCE_MS
  const timer = setInterval(() => {
    if (Date.now() > end) clearInterval(timer)
    else if (document.visibilityState === 'visible') void look(box, timer)
  }, EVERY_MS)
}

async function look(box: HTMLElement, timer: number): Promise<void> {
  try {
    const answer = await fetch(box.dataset['arrival'] ?? '', { redirect: 'error' })
    const { latest, next } = (await answer.json()) as Arrival
    if (next !== null) {
      clearInterval(timer)
      location.assign(next)
    } else if (latest !== null && latest !== box.dataset['latest']) {
      await showAgain(box, latest)
    }
  } catch {
    // Signed out, or not to be reached: the link to look again says which.
    clearInterval(timer)
  }
}

/** Takes what the page shows by now. Read by the server, so it is markup of ours. */
async function showAgain(box: HTMLElement, latest: string): Promise<void> {
  const answer = await fetch(location.pathname)
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const content = fresh.querySelector('[data-arrival]')
  if (content) box.replaceChildren(...content.childNodes)
  box.dataset['latest'] = latest
}
