// Which commands can follow pages.

import type { OperationName } from '../catalog/operations.ts'
import { INPUTS } from './inputs.generated.ts'

/** Whether an operation answers page by page. */
export function isPaged(name: OperationName): boolean {
  return INPUTS[name].fields.some((field) => field.name === 'cursor') && name !== 'verifyAudit'
}
