// A refusal in the page, before the form that is shown again with what was typed.

import type { Fault, Labels } from './fault.ts'

interface ProblemProps {
  fault: Fault | undefined
  labels?: Labels | undefined
  /** Of a form that only asks, such as a search. */
  asked?: boolean
}

export function Problem({ fault, labels = {}, asked = false }: ProblemProps) {
  if (!fault) return null
  const { field, sentence } = fault
  return (
    <div class="notice bad" role="alert" {...(!asked && { id: 'problem' })}>
      <p>
        {asked ? null : (
          <>
            <strong>Nothing was changed.</strong>{' '}
          </>
        )}
        {field === undefined ? null : (
          <>
            <a href={`#${field}`}>{labels[field] ?? field.replaceAll('_', ' ')}</a>:{' '}
          </>
        )}
        {sentence}
      </p>
    </div>
  )
}
