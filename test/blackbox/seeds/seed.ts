// A seed (docs/testing.md, "Sentences") as its sentences: what shows each, and what asks nothing of us.

import type { Kind } from '../../../src/catalog/define.ts'
import type { CredentialOptions, Minted, TestEdge } from '../../harness/edge.ts'
import { outcome, present } from '../call.ts'

export type Check = (edge: TestEdge) => Promise<void>

export interface Seed {
  readonly file: string
  /** Sentence, word for word, and its test. */
  readonly shown: Readonly<Record<string, Check>>
  /** Titles, and advice to people, which ask nothing of the gate. */
  readonly nothing: readonly string[]
}

/** A seed's text as sentences: examples belong to the line that they continue. */
export function sentences(text: string): string[] {
  const lines: string[] = []
  let continues = false
  for (const line of text.split('\n')) {
    if (continues || /^\d+\s*["{}]/.test(line)) lines.push(`${lines.pop() ?? ''} ${line}`)
    else lines.push(line)
    continues = line.endsWith('\\')
  }
  return lines
    .flatMap((line) =>
      line.includes('curl') ? [line] : line.split(/(?<=[.?!])\s+(?:- )?(?=[A-Z])/),
    )
    .map((line) => line.replace(/^[\s|•>-]+|[\s|]+$/g, ''))
    .filter((line) => /[A-Za-z0-9]/.test(line))
}

/** The status, and the reason of a refusal, of one call. */
export const call = (
  edge: TestEdge,
  kind: Kind,
  key: Pick<Minted, 'value'>,
  at: string,
  more: Record<string, string> = {},
): Promise<string> => {
  const [method = 'GET', path = '/'] = at.split(' ')
  return outcome(edge, path, { method, headers: { ...present(kind, key), ...more } })
}

/** The same with a credential that is minted for it. */
export async function callWith(
  edge: TestEdge,
  kind: Kind,
  options: CredentialOptions,
  at: string,
  more: Record<string, string> = {},
): Promise<string> {
  return await call(edge, kind, await edge.mint(kind, options), at, more)
}
