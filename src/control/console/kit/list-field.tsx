// An allowlist in a form: anyone, or only what is listed, one entry a line. An empty list admits
// nobody, which is something else than no list. The box is hidden while anyone may call and nothing
// stands in it (style.css); what stands in it is never passed over.

import { err, ok, type Result } from '../../../lib/result.ts'
import type { Fault } from './fault.ts'
import { Choices } from './choices.tsx'
import { TextArea } from './field.tsx'

interface ListFieldProps {
  /** `ips` or `origins`. */
  name: string
  legend: string
  anyone: string
  listed: string
  /** null: no restriction. */
  entries: readonly string[] | null
  placeholder: string
  hint: string
}

export function ListField({ name, entries, ...props }: ListFieldProps) {
  const choices = [
    { value: 'any', label: props.anyone },
    { value: 'listed', label: props.listed },
  ]
  return (
    <div class="list-field">
      <Choices
        name={`${name}_mode`}
        legend={props.legend}
        type="radio"
        choices={choices}
        chosen={[entries === null ? 'any' : 'listed']}
      />
      <TextArea
        name={name}
        label={`${props.listed}: one entry a line`}
        value={entries?.join('\n') ?? ''}
        code
        placeholder={props.placeholder}
        hint={`${props.hint} A list without an entry admits nobody.`}
      />
    </div>
  )
}

/**
 * The list that was asked for: null lifts the restriction, [] admits nobody. Entries without the
 * choice that they are for are at fault: dropped, they would leave open what was to be closed.
 */
export function readListField(form: URLSearchParams, name: string): Result<string[] | null, Fault> {
  const lines = linesOf(form.get(name))
  if (form.get(`${name}_mode`) === 'listed') return ok(lines)
  if (lines.length === 0) return ok(null)
  return err({ field: name, sentence: ENTRIES_UNCHOSEN })
}

const ENTRIES_UNCHOSEN =
  'what is listed here would not count, because the choice above lets anyone in: choose the list, or empty this box'

/** The lines of a text that hold anything, each without the space around it. */
export function linesOf(text: string | null): string[] {
  return (text ?? '').split(/\r\n|\r|\n/).flatMap((line) => line.trim() || [])
}
