// A refusal in the page, before the form that is shown again with what was typed.

import type { Fault, Labels } from './fault.ts'

export function Problem({ fault, labels = {} }: { fault: Fault | undefined; labels?: Labels }) {
  if (!fault) return null
  const { field, sentence } = fault
  return (
    <div class="notice bad" role="alert" id="problem">
      <p>
        <strong>Nothing was changed.</strong>{' '}
        {field === undefined ? (
          sentence
        ) : (
          <>
            <a href={`#${field}`}>{labels[field] ?? field.replaceAll('_', ' ')}</a>: {sentence}
          </>
        )}
      </p>
    </div>
  )
}
