// A state in a word, told by its text first and by its colour second.

type Tone = 'good' | 'warn' | 'bad' | 'plain'

const TONES: Readonly<Record<string, Tone>> = {
  active: 'good',
  allowed: 'good',
  forwarded: 'good',
  delivered: 'good',
  intact: 'good',
  expired: 'warn',
  disabled: 'warn',
  pending: 'warn',
  suspended: 'bad',
  revoked: 'bad',
  refused: 'bad',
  failed: 'bad',
  broken: 'bad',
  live: 'good',
}

/** `tone` where the text is none of the known states. */
export function Badge({ text, tone = TONES[text] ?? 'plain' }: { text: string; tone?: Tone }) {
  return <span class={`badge ${tone}`}>{text}</span>
}
