// What is wrong with what was typed, and at which field: the API says `field: sentence`.

export interface Fault {
  /** The form's field, where one is at fault: of `ips[3]` and `quotas.plan` the name in front. */
  readonly field: string | undefined
  readonly sentence: string
  /** With which the API refused it; absent where it was not asked. */
  readonly status?: number | undefined
}

/** Our words for those of the validation, which speaks of arrays and items. */
const PLAIN: readonly (readonly [RegExp, string])[] = [
  [/^Too small: expected string.*/s, 'must not be empty'],
  [/^Too small: expected array.*/s, 'choose at least one'],
  [/^Too big: expected string to have <=(\d+).*/s, 'must have at most $1 characters'],
  [/^Too big: expected array to have <=(\d+).*/s, 'must have at most $1 entries'],
  [/^(must be in the future), in Unix milliseconds$/, '$1'],
  [/^Invalid input: expected (\w+).*/s, 'must be a $1'],
]

/** What is read of the API's refusal. */
interface Refusal {
  readonly detail: string
  readonly status?: number
}

/** By the fields' names, what their labels call them. */
export type Labels = Readonly<Record<string, string>>

/** The fault of a refused form; `labels` names the fields that the form shows faults at. */
export function faultOf({ detail, status }: Refusal, labels: Labels = {}): Fault {
  const [, name = '', place = '', sentence = ''] =
    /^([a-z_]+)([.[][^:]*)?: (.+)$/s.exec(detail) ?? []
  if (!Object.hasOwn(labels, name)) return { field: undefined, sentence: detail, status }
  const [pattern, words] = PLAIN.find(([one]) => one.test(sentence)) ?? [/^/, '']
  const plain = sentence.replace(pattern, words)
  const index = /^[.[](\d+)/.exec(place)?.[1]
  const told = index ? `entry ${Number(index) + 1}: ${plain}` : plain
  return { field: name, sentence: told, status }
}
