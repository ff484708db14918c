// Says of each line of an allowlist's form what it covers, while it is typed: `<form data-check="…">`
// is asked at that address, and its `[data-verdicts]` list shows the answer.

const PAUSE_MS = 300

interface Verdict {
  readonly text: string
  readonly ok: boolean
  readonly sentence: string
}

export function checkListsAsTyped(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-check]')) {
    const text = form.querySelector('textarea')
    const shown = form.querySelector<HTMLElement>('[data-verdicts]')
    if (text && shown) watch(form, text, shown)
  }
}

function watch(form: HTMLFormElement, text: HTMLTextAreaElement, shown: HTMLElement): void {
  let pause: ReturnType<typeof setTimeout> | undefined
  let asking = new AbortController()
  text.addEventListener('input', () => {
    clearTimeout(pause)
    asking.abort()
    asking = new AbortController()
    const { signal } = asking
    pause = setTimeout(() => void check(form, shown, signal), PAUSE_MS)
  })
}

/** What cannot be asked now is checked when the form is sent. */
async function check(
  form: HTMLFormElement,
  shown: HTMLElement,
  signal: AbortSignal,
): Promise<void> {
  const body = new URLSearchParams()
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string') body.append(name, value)
  }
  try {
    const answer = await fetch(form.dataset['check'] ?? '', { method: 'POST', body, signal })
    if (!answer.headers.get('content-type')?.startsWith('application/json')) return
    const { verdicts } = (await answer.json()) as { verdicts: readonly Verdict[] }
    shown.replaceChildren(...verdicts.map(item))
  } catch {
    return
  }
}

function item({ text, ok, sentence }: Verdict): HTMLLIElement {
  const line = document.createElement('li')
  line.className = ok ? 'good' : 'bad'
  const code = document.createElement('code')
  code.textContent = text
  line.append(code, ` ${sentence}`)
  return line
}
