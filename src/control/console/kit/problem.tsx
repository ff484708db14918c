// A refusal in the page, before the form that is shown again with what was typed.

import type { Fault, Labels } from './fault.ts'

interface ProblemProps {
  fault: Fault | undefined
  labels?: Labels
}

/** Of a form that changes something. */
export function Problem({ fault, labels = {} }: ProblemProps) {
  if (!fault) return null
  return (
    <div class="notice bad" role="alert" id="problem">
      <p>
        <strong>Nothing was changed.</strong> <Told fault={fault} labels={labels} />
      </p>
    </div>
  )
}

/** Of a form that only asks, such as a search. */
export function AskedWrongly({ fault, labels = {} }: ProblemProps) {
  if (!fault) return null
  return (
    <div class="notice bad" role="alert">
      <p>
        <Told fault={fault} labels={labels} />
      </p>
    </div>
  )
}

/** The sentence, after a link to the field where one is at fault. */
function Told({ fault: { field, sentence }, labels }: { fault: Fault; labels: Labels }) {
  if (field === undefined) return <>{sentence}</>
  return (
    <>
      <a href={`#${field}`}>{labels[field] ?? field.replaceAll('_', ' ')}</a>: {sentence}
    </>
  )
}
