// The form for new entries. Its Check button says of each line what it covers; script says so while
// it is typed.

import type { PageContext } from '../context.ts'
import type { Fault } from '../kit/fault.ts'
import { TextArea } from '../kit/field.tsx'
import { TokenField } from '../kit/form.tsx'
import { Section } from '../kit/section.tsx'
import { pageUrl } from '../urls.ts'
import type { Verdict } from './coverage.ts'
import { WORDS, type List } from './read.ts'

/** Verdicts of one answer; those with a fault come first. */
const VERDICTS_MAX = 50

/** The fields at which a refusal is shown, as their labels call them. */
export const ENTRY_LABELS = { entries: 'New entries', address: 'Address', origin: 'Origin' }

/** What was typed into the form for new entries, with what it covers or what is wrong with it. */
export interface Typed {
  readonly text: string
  readonly verdicts: readonly Verdict[]
}

interface AddProps {
  c: PageContext
  list: List
  typed: Typed | undefined
  fault: Fault | undefined
}

export function AddForm({ c, list, typed, fault }: AddProps) {
  const { name, url, entries } = list
  const { one, hint, placeholder } = WORDS[name]
  const check = pageUrl(c.get('organization').id, 'allowlists', 'check')
  return (
    <Section id="add" title="Add entries">
      {entries === null ? (
        <p>
          With the first entry the restriction begins, and what is not listed is refused. Before
          that you are asked once more.
        </p>
      ) : null}
      <form method="post" action={`${url}/add`} data-check={check}>
        <TokenField c={c} />
        <input type="hidden" name="list" value={name} />
        <TextArea
          name="entries"
          label={`New entries, one ${one} a line`}
          value={typed?.text ?? ''}
          code
          placeholder={placeholder}
          hint={hint}
          fault={fault}
        />
        <Verdicts verdicts={typed?.verdicts ?? []} />
        <div class="actions">
          <button type="submit" name="do" value="add">
            Add
          </button>
          <button type="submit" name="do" value="check" class="quiet">
            Check
          </button>
        </div>
      </form>
    </Section>
  )
}

/** Script fills the same list in. */
function Verdicts({ verdicts }: { verdicts: readonly Verdict[] }) {
  return (
    <div role="status" aria-label="What each line covers">
      <ul class="verdicts" data-verdicts>
        {fewest(verdicts).map(({ text, ok, sentence }) => (
          <li class={ok ? 'good' : 'bad'}>
            <code>{text}</code> {sentence}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** As many as are shown, in their order: all that are at fault before any other. */
export function fewest(verdicts: readonly Verdict[]): Verdict[] {
  const bad = verdicts.filter(({ ok }) => !ok)
  const good = verdicts.filter(({ ok }) => ok)
  return [...bad, ...good].slice(0, VERDICTS_MAX).toSorted((a, b) => a.line - b.line)
}
