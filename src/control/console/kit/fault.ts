// What is wrong with what was typed, and at which field: the API names it beside its sentence.

export interface Fault {
  /** The form's field, where one is at fault: of `ips[3]` and `quotas.plan` the name in front. */
  readonly field: string | undefined
  readonly sentence: string
  /** With which the API refused it; absent where it was not asked. */
  readonly status?: number | undefined
}

/** What is read of the API's refusal. */
interface Refusal {
  /** Begins with the field at fault and a colon, where there is one. */
  readonly detail: string
  readonly field?: string | undefined
  readonly status?: number
}

/** By the fields' names, what their labels call them. */
export type Labels = Readonly<Record<string, string>>

/** The fault of a refused form; `labels` names the fields that the form shows faults at. */
export function faultOf({ detail, field = '', status }: Refusal, labels: Labels = {}): Fault {
  const [name = '', index] = field.split(/[.[\]]+/)
  if (!Object.hasOwn(labels, name)) return { field: undefined, sentence: detail, status }
  const sentence = detail.slice(field.length + 2)
  const isEntry = index !== undefined && /^\d+$/.test(index)
  const told = isEntry ? `entry ${Number(index) + 1}: ${sentence}` : sentence
  return { field: name, sentence: told, status }
}
