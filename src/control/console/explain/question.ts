// What is asked: by the form, by an address of another page, or by a call that was on record. A pasted
// credential comes by a POST alone, and is in no member that is shown again.

import type { Event } from '../audit/read.ts'

/** The form's content, as texts. */
export interface Question {
  readonly key: string
  readonly method: string
  readonly path: string
  readonly address: string
  readonly origin: string
  readonly department: string
  readonly browser: boolean
}

/** Of a query or of a form. */
export function readQuestion(fields: URLSearchParams): Question {
  const text = (name: string): string => (fields.get(name) ?? '').trim()
  return {
    key: text('key'),
    method: text('method') || 'GET',
    path: pathOf(text('path')),
    address: text('address'),
    origin: text('origin'),
    department: text('department'),
    browser: fields.get('browser') === 'yes',
  }
}

/** The call of an event, as far as the accounts keep it: no origin, no department, no query. */
export function questionOf({ key_id, method, path, client_ip, reason }: Event): Question {
  return {
    key: key_id ?? '',
    method,
    path,
    address: client_ip ?? '',
    origin: '',
    department: '',
    browser: reason === 'secret_key_in_browser',
  }
}

/** People paste whole addresses; what counts is the path and what follows it. */
function pathOf(text: string): string {
  const [whole = ''] = /^https?:\/\/[^/?#]*/i.exec(text) ?? []
  const rest = text.slice(whole.length)
  return rest.startsWith('/') || whole === '' ? rest : `/${rest}`
}

/** The operation's body; a credential takes the place of the key's id. */
export function bodyOf(asked: Question, credential = ''): Record<string, unknown> {
  const { key, method, path, address, origin, department, browser } = asked
  return {
    ...(credential === '' ? { key_id: key } : { credential }),
    ...{ method, path },
    ...(address !== '' && { address }),
    ...(origin !== '' && { origin }),
    ...(department !== '' && { department }),
    from_browser: browser,
  }
}

/** The names that the API gives the fields, and what the form calls them. */
export const QUESTION_LABELS = {
  key_id: 'Key',
  credential: 'Credential',
  method: 'Method',
  path: 'Path',
  address: 'Address of the caller',
  origin: 'Origin',
  department: 'Department',
}
