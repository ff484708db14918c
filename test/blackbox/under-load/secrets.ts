// Every secret that there is, and whether a text holds one, or as much of one as could be guessed on.

/** So many characters of a secret in a row are too many; nothing else has them in common. */
const WINDOW = 16
const RUN = /[\w+/=-]{16,}/g

export interface Secrets {
  readonly size: number
  readonly values: Iterable<string>
  /** Only the part that is secret counts: no prefix, and of a JWT the signature. */
  add(value: string): void
  /** The first found in a text, with what stands around it. */
  findIn(text: string): string | undefined
}

export function collectSecrets(): Secrets {
  const windows = new Set<string>()
  const values = new Set<string>()
  return {
    values,
    get size() {
      return values.size
    },
    add(value) {
      values.add(value)
      const secret = secretPart(value)
      for (let i = 0; i + WINDOW <= secret.length; i++) windows.add(secret.slice(i, i + WINDOW))
    },
    findIn(text) {
      for (const { 0: run, index } of text.matchAll(RUN)) {
        for (let i = 0; i + WINDOW <= run.length; i++) {
          if (!windows.has(run.slice(i, i + WINDOW))) continue
          return text.slice(Math.max(0, index + i - 80), index + i + 80)
        }
      }
      return undefined
    },
  }
}

function secretPart(value: string): string {
  if (value.startsWith('eyJ')) return value.slice(value.lastIndexOf('.') + 1)
  return value.replace(/^(?:[0-9a-z]+_(?:pub_|tok_)?(?:live|sandbox)_|whsec_)/, '')
}
