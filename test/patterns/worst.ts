// The text on which a pattern works hardest: texts that it takes are made up, each short stretch of
// them is repeated, with an end that it does not take, and the dearest is measured.

import * as fc from 'fast-check'

/** What many patterns tell apart. */
const ALPHABET = 'aZ0-_.%/ :@,;="\\\'[{<!\t\néy'
const STRETCH_MAX = 3
const SAMPLES = 2
const SAMPLE_MAX_LENGTH = 10
/** So long are the texts among which the dearest is looked for: there what is square stands out already. */
const SEARCH_LENGTH = 2_000
/** A search that costs less is not looked at closer: it ended at once. */
const NOTHING_MS = 0.004

/** How often what seems to grow too fast is looked at: what else the machine does only ever adds. */
const ATTEMPTS = 20

/** A text of about so many characters. */
export type Attack = (length: number) => string

/** How much more CPU 16,000 characters of the worst text take than 2,000; linear is 8, square 64. */
export function growth(pattern: RegExp, attempts = ATTEMPTS): number {
  const attack = worst(pattern)
  return attack ? growthOf((text) => use(pattern, text), attack, attempts) : 0
}

/** The same of anything that reads a text. */
export function growthOf(
  run: (text: string) => unknown,
  attack: Attack,
  attempts = ATTEMPTS,
): number {
  let least = Infinity
  // What is compiled or kept at the first time is no part of it.
  for (const length of [2_000, 16_000]) run(attack(length))
  // The lowest of some.
  for (let attempt = 0; attempt < attempts && least > 12; attempt++) {
    const small = cpuMs(run, attack(2_000))
    least = Math.min(least, cpuMs(run, attack(16_000)) / small)
  }
  return least
}

/** The dearest of many texts; undefined where none costs anything. */
function worst(pattern: RegExp): Attack | undefined {
  let dearest: Attack | undefined
  let most = NOTHING_MS
  for (const attack of attacks(pattern)) {
    const text = attack(SEARCH_LENGTH)
    const ms = usedMs(pattern, text)
    // Twice, so that no text is the dearest because something else ran meanwhile.
    if (ms <= most) continue
    const again = Math.min(ms, usedMs(pattern, text))
    if (again > most) [most, dearest] = [again, attack]
  }
  return dearest
}

function usedMs(pattern: RegExp, text: string): number {
  const from = performance.now()
  use(pattern, text)
  return performance.now() - from
}

function attacks(pattern: RegExp): Attack[] {
  const words = pattern.source.match(/[\w%:@=-]{2,}/g) ?? []
  const pumps = new Set([...Array.from(ALPHABET), ...words, ...words.map((word) => `-${word}`)])
  const found: Attack[] = [...pumps].map((pump) => repeated('', pump))
  for (const sample of samplesOf(pattern)) {
    for (let i = 0; i < sample.length; i++) {
      for (let j = i + 1; j <= Math.min(sample.length, i + STRETCH_MAX); j++) {
        found.push(repeated(sample.slice(0, i), sample.slice(i, j)))
      }
    }
  }
  return found
}

/** Texts that the pattern takes, as far as they can be made up: without what it looks around for. */
function samplesOf(pattern: RegExp): string[] {
  const source = pattern.source.replace(/\(\?<?[!=](?:[^()\\]|\\.|\[[^\]]*\])*\)/g, '')
  try {
    const made = fc.stringMatching(new RegExp(source, pattern.unicode ? 'u' : ''))
    const samples = fc.sample(made, { numRuns: SAMPLES, seed: 1 })
    return samples.map((text) => text.slice(0, SAMPLE_MAX_LENGTH))
  } catch {
    return []
  }
}

export function repeated(head: string, pump: string): Attack {
  return (length) =>
    `${head}${pump.repeat(Math.max(1, Math.floor((length - head.length) / pump.length)))}\0`
}

/** As it is used: one that is global goes through the whole text. */
function use(pattern: RegExp, text: string): void {
  if (pattern.global) text.replace(pattern, '')
  else text.search(pattern)
}

/** CPU of this thread for one run, in milliseconds: the mean of so many that the clock can tell. */
export function cpuMs(run: (text: string) => unknown, text: string): number {
  for (let count = 1; ; count *= 4) {
    const from = process.threadCpuUsage()
    for (let i = 0; i < count; i++) run(text)
    const { user, system } = process.threadCpuUsage(from)
    if (user + system >= 4_000) return (user + system) / 1_000 / count
  }
}
