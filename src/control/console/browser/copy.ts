// Copy buttons: `<button data-copy="id" hidden>` copies the text of the element with that id.

const SAID_MS = 2000

export function addCopyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    const source = document.getElementById(button.dataset['copy'] ?? '')
    if (!source) continue
    button.hidden = false
    button.addEventListener('click', () => void copy(source, button))
  }
}

async function copy(source: HTMLElement, button: HTMLButtonElement): Promise<void> {
  const label = button.textContent
  try {
    await navigator.clipboard.writeText(source.textContent)
    say(button, 'Copied', label)
  } catch {
    // Not allowed here: the text is selected, for the keyboard to copy.
    getSelection()?.selectAllChildren(source)
    say(button, 'Selected: press Ctrl+C', label)
  }
}

function say(button: HTMLButtonElement, text: string, label: string): void {
  button.textContent = text
  announce(text)
  setTimeout(() => (button.textContent = label), SAID_MS)
}

/** For who hears the page: the button's own name does not change. */
function announce(text: string): void {
  const status = document.getElementById('announcement') ?? document.createElement('p')
  status.id = 'announcement'
  status.className = 'quiet'
  status.role = 'status'
  document.querySelector('main')?.append(status)
  status.textContent = text
}
