// The scopes of a key's form; those by which a key manages the organization stand apart.

import { scopesFor, type Catalog } from '../../../catalog/define.ts'
import { hasChosenScopes } from '../../../credentials/kinds.ts'
import { OPERATIONS } from '../../../catalog/operations.ts'
import { Choices } from '../kit/choices.tsx'
import type { FieldsProps } from './form.ts'

/** Scopes by which a key manages this organization through the API. */
const MANAGEMENT: ReadonlySet<string> = new Set(
  Object.values(OPERATIONS).flatMap(({ access }) => (typeof access === 'string' ? [] : access)),
)

export function Scopes({ c, kind, initial, held = [] }: FieldsProps) {
  const { catalog } = c.env.context.edge
  if (!hasChosenScopes(kind)) return null
  const known = scopesFor(catalog, kind)
  const all = [...known, ...held.filter((scope) => !known.includes(scope))]
  const choices = (management: boolean) =>
    scopeChoices(
      catalog,
      all.filter((scope) => MANAGEMENT.has(scope) === management),
    )
  const management = choices(true)
  return (
    <>
      <Choices
        name="scopes"
        legend="Scopes"
        type="checkbox"
        choices={choices(false)}
        chosen={initial.scopes}
        hint="What the key may do in its products."
      />
      {management.length === 0 ? null : (
        <div class="notice warn">
          <Choices
            name="scopes"
            id="management"
            legend="Management scopes"
            type="checkbox"
            choices={management}
            chosen={initial.scopes}
            hint="Whoever has a key with these can read or change this organization’s keys, settings, webhooks and accounts. Give them to your own tools only, never to a product’s key."
          />
        </div>
      )}
    </>
  )
}

/** Scopes to choose of, as the catalog describes them. */
export function scopeChoices(catalog: Catalog, scopes: readonly string[]) {
  return scopes.map((value) => ({
    value,
    label: <code>{value}</code>,
    hint: catalog.scopes[value]?.description,
  }))
}
