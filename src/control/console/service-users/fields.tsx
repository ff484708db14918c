// What a service user's form asks, the same for a new one and for one that is changed.

import { SPELLED } from '../../../lib/header-names.ts'
import type { ServiceUserView } from '../../api/service-users/read.ts'
import type { Fault } from '../kit/fault.ts'
import { Field, NameField, TextArea } from '../kit/field.tsx'
import { linesOf } from '../kit/list-field.tsx'

/** The fields at which a refusal of the API is shown, as their labels call them. */
export const USER_LABELS = {
  name: 'Name',
  source_system: 'Source system',
  departments: 'Departments',
}

export interface UserForm {
  readonly name: string
  readonly source_system: string
  /** As typed, a department a line. */
  readonly departments: string
}

export function formOfUser({ name, source_system, departments }: ServiceUserView): UserForm {
  return { name, source_system, departments: departments.join('\n') }
}

export function formOfPost(form: URLSearchParams): UserForm {
  return {
    name: form.get('name') ?? '',
    source_system: (form.get('source_system') ?? '').trim(),
    departments: form.get('departments') ?? '',
  }
}

export function departmentsOf({ departments }: UserForm): string[] {
  return linesOf(departments)
}

export function UserFields({ values, fault }: { values: UserForm; fault: Fault | undefined }) {
  return (
    <>
      <NameField
        value={values.name}
        hint="What people call the system, such as “Video KYC”."
        fault={fault}
      />
      <Field
        name="source_system"
        label="Source system"
        required
        maxlength={64}
        code
        placeholder="vkyc"
        value={values.source_system}
        hint="Lower-case letters, digits, _ and -. The service behind the edge learns by it who called."
        fault={fault}
      />
      <TextArea
        name="departments"
        label="Departments, one a line"
        value={values.departments}
        placeholder={'retail\ncorporate'}
        hint={`For whom it may act: a call names one of them in ${SPELLED.department}, letter for letter. Without any it cannot call where one is required.`}
        fault={fault}
      />
    </>
  )
}
