// What a service user's form asks, the same for a new one and for one that is changed.

import { SPELLED } from '../../../lib/header-names.ts'
import { Field, NameField, TextArea } from '../kit/field.tsx'
import { linesOf } from '../kit/list-field.tsx'
import type { ServiceUser } from './read.ts'

/** The fields at which a refusal of the API is shown, as their labels call them. */
export const USER_LABELS = {
  name: 'Name',
  source_system: 'Source system',
  departments: 'Departments',
}

/** The form as it was sent, as the API takes it. */
export function readPost(form: URLSearchParams) {
  return {
    name: form.get('name') ?? '',
    source_system: (form.get('source_system') ?? '').trim(),
    departments: linesOf(form.get('departments')),
  }
}

export function UserFields({ initial }: { initial?: ServiceUser }) {
  return (
    <>
      <NameField value={initial?.name} hint="What people call the system, such as “Video KYC”." />
      <Field
        name="source_system"
        label="Source system"
        required
        maxlength={64}
        code
        placeholder="vkyc"
        value={initial?.source_system}
        hint="Lower-case letters, digits, _ and -. The service behind the edge learns by it who called."
      />
      <TextArea
        name="departments"
        label="Departments, one a line"
        value={initial?.departments.join('\n') ?? ''}
        placeholder={'retail\ncorporate'}
        hint={`For whom it may act: a call names one of them in ${SPELLED.department}, letter for letter. Without any it cannot call where one is required.`}
      />
    </>
  )
}
