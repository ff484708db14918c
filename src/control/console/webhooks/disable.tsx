// The page before an endpoint is disabled; what it posts is in send.ts.

import type { PageContext } from '../context.ts'
import { Form } from '../kit/form.tsx'
import { page, refused } from '../respond.tsx'
import { backToEndpoint, readEndpoint } from './read.ts'

export async function askDisabling(c: PageContext): Promise<Response> {
  const found = await readEndpoint(c)
  if (!found.ok) return refused(c, found)
  const back = backToEndpoint(c, found.value)
  return page(
    c,
    { title: 'Disable the endpoint', back },
    <>
      <p>
        Nothing is sent to <strong>{found.value.url}</strong> any more. What is on its way now is
        held, and goes out when you enable it again. What happens while it is disabled is never
        sent.
      </p>
      <Form c={c} submit="Disable the endpoint" cancel={back.href} />
    </>,
  )
}
