// From nothing to the first call that is answered: three steps, of which the next one stands open.
// With script the page notices the call by itself; without there is a link to look again.

import type { Child } from 'hono/jsx'

import type { Event } from '../audit/read.ts'
import type { PageContext } from '../context.ts'
import { Examples } from '../keys/examples.tsx'
import { keyUrl, type Key } from '../keys/read.ts'
import { Badge } from '../kit/badge.tsx'
import { Actions } from '../kit/link.tsx'
import { Time } from '../kit/time.tsx'
import { explainReason } from '../reasons/explain.ts'
import { mayWrite } from '../session.ts'
import { pageUrl, withQuery } from '../urls.ts'

interface FirstCallProps {
  c: PageContext
  found: Key | undefined
  latest: readonly Event[]
}

export function FirstCall({ c, found: key, latest }: FirstCallProps) {
  return (
    <>
      <p>
        No call has reached a product yet. Three steps lead to the first one; it takes a minute.
      </p>
      <ol class="steps">
        <Step title="Create a key" done={key !== undefined}>
          <Creation c={c} found={key} />
        </Step>
        <Step title="Paste the line" done={latest.length > 0}>
          {key ? (
            <>
              <p>
                The line that was shown with the key has its value in it. It is not shown again: in
                this one, put the value that you copied in the place of <code>YOUR_KEY</code>.
              </p>
              <Examples c={c} credential={key} value="YOUR_KEY" />
            </>
          ) : (
            <p>With the key comes a cURL line to paste into a terminal.</p>
          )}
        </Step>
        <Step title="See it arrive" done={false}>
          <Arrivals c={c} latest={latest[0]} />
        </Step>
      </ol>
    </>
  )
}

function Step({ title, done, children }: { title: string; done: boolean; children?: Child }) {
  return (
    <li>
      <h2>
        {title} {done ? <Badge text="done" tone="good" /> : null}
      </h2>
      {children}
    </li>
  )
}

function Creation({ c, found: key }: { c: PageContext; found: Key | undefined }) {
  if (key) {
    return (
      <p>
        <a href={keyUrl(c, key.id)}>{key.name}</a> is ready. If its value was not copied,{' '}
        {mayWrite(c.get('session')) ? (
          <a href={keyUrl(c, 'new')}>create another key</a>
        ) : (
          'an administrator can create another key'
        )}
        .
      </p>
    )
  }
  if (!mayWrite(c.get('session'))) {
    return <p>An administrator of the organization can create the first key.</p>
  }
  return (
    <>
      <p>Choose what it may call, and copy its value: it is shown once.</p>
      <Actions links={[['Create a key', keyUrl(c, 'new')]]} />
    </>
  )
}

/** What browser/arrival.ts watches: `data-arrival` is asked, `data-latest` is what is shown. */
function Arrivals({ c, latest }: { c: PageContext; latest: Event | undefined }) {
  const { id } = c.get('organization')
  const home = pageUrl(id)
  return (
    <div
      class="arrival"
      role="status"
      data-arrival={pageUrl(id, 'arrival')}
      data-latest={latest?.id ?? ''}
    >
      {latest ? (
        <Refused c={c} event={latest} />
      ) : (
        <p>
          Waiting for the first call. It shows here within seconds. <a href={home}>Look again</a>
        </p>
      )}
    </div>
  )
}

function Refused({ c, event }: { c: PageContext; event: Event }) {
  const { id } = c.get('organization')
  const { at, method, path, status, reason } = event
  const subject = { key: event.key_id, serviceUser: event.service_user_id }
  const { words, mend } = explainReason(id, reason ?? '', subject)
  return (
    <div class="notice warn">
      <p>
        <strong>A call arrived, and was refused:</strong>{' '}
        <code class="id">{`${method} ${path}`}</code>, {status}, <Time ms={at} />.
      </p>
      <p>{words}</p>
      <p class="actions">
        <a href={withQuery(pageUrl(id, 'explain'), { request: event.id })}>See why</a>
        {mend ? <a href={mend.href}>{mend.label}</a> : null}
        <a href={pageUrl(id)}>Look again</a>
      </p>
    </div>
  )
}
