// What `npm run dev` prints when it is ready: where the console is, and for each kind of credential a
// line to paste, and what will come of it.

import { SPELLED } from '../lib/header-names.ts'
import type { Demo } from './demo-file.ts'
import type { Stack } from './stack.ts'

interface Example {
  readonly title: string
  readonly curl: string
}

const KEYS = {
  made: 'New keys are in .portcullis/demo.json.',
  kept: 'State and keys are those of the last start (.portcullis/demo.json).',
  remade:
    'Keys, database and secrets did not belong together: the demo keys were revoked,\n  and new ones are in .portcullis/demo.json.',
}

/** The text; plain, so that it can be read in any terminal and in a log. */
export function welcome({ url, demo, keys, madeDevVars }: Stack): string {
  const notes = [
    KEYS[keys],
    ...(madeDevVars ? ['New secrets are in .dev.vars; it is made once and never committed.'] : []),
  ]
  return [
    `Portcullis is ready on ${url}`,
    ...notes.map((note) => `  ${note}`),
    '',
    `  Developer Console: ${url}/edge/console/`,
    '  Sign in with ADMIN_TOKEN from .dev.vars.',
    ...examples(url, demo).flatMap(({ title, curl }) => ['', `  ${title}`, `  ${curl}`]),
    '',
    '  Keys, allowlists, service users:  npm run ops -- --help',
    '  Begin anew:                       npm run dev -- --reset',
    '  Stop:                             Ctrl-C',
  ].join('\n')
}

function examples(url: string, { credentials }: Demo): Example[] {
  const { secret_live, publishable_live, jwt, access_token, read_only_live } = credentials
  const metadata =
    '{"source_tag":"vkyc","external_id":"session-123","document_category":"kyc_vkyc","department":"retail"}'
  return [
    {
      title: 'Secret key → 200, sessions, and in "received" what reached the upstream:',
      curl: `curl -i ${url}/api/v1/sessions ${key(secret_live.value)}`,
    },
    {
      title:
        'Publishable key from an allowed page → 201, a session; the eleventh in a minute → 429:',
      curl: `curl -i -X POST ${url}/api/v1/sessions ${key(publishable_live.value)} -H 'Origin: http://localhost:5173'`,
    },
    {
      title: 'JWT API key → 202 for Document Verification; 403 on /screening/request:',
      curl: `curl -i -X POST ${url}/document-processing ${bearer(jwt.value)}`,
    },
    {
      title: 'Access token of a service user → 202, a receipt; 403 for a department not its own:',
      curl: `curl -i -X POST ${url}/api/v1/ingest ${bearer(access_token.value)} -H '${SPELLED.department}: retail' -F 'file=@README.md' -F 'metadata=${metadata}'`,
    },
    {
      title: 'Refused: a key without the scope → 403, the reason in X-Edge-Reason:',
      curl: `curl -i -X POST ${url}/api/v1/webhooks ${key(read_only_live.value)}`,
    },
  ]
}

function key(value: string): string {
  return `-H 'X-API-Key: ${value}'`
}

function bearer(value: string): string {
  return `-H 'Authorization: Bearer ${value}'`
}
