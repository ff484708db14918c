// A service user's page: what it is, what can be done, and how its system calls.

import { scopesFor } from '../../../catalog/define.ts'
import { ENVIRONMENTS, TOKEN_KIND } from '../../../credentials/kinds.ts'
import type { PageContext } from '../context.ts'
import { Lines } from '../keys/examples.tsx'
import { productChoices } from '../keys/form.ts'
import { Badge } from '../kit/badge.tsx'
import { Facts, type Fact } from '../kit/facts.tsx'
import { Actions, type Action } from '../kit/link.tsx'
import { Receipt } from '../kit/receipt.tsx'
import { Section } from '../kit/section.tsx'
import { Time } from '../kit/time.tsx'
import { page, receiptOf, refused } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import { pageUrl, withQuery } from '../urls.ts'
import { backToAll, readServiceUser, userUrl, type ServiceUser } from './read.ts'
import { UserTabs } from './tabs.tsx'

export async function showServiceUser(c: PageContext): Promise<Response> {
  const found = await readServiceUser(c)
  if (!found.ok) return refused(c, found)
  const user = found.value
  return page(
    c,
    { title: `Service user “${user.name}”`, back: backToAll(c) },
    <>
      <Receipt {...await receiptOf(c)} />
      <UserTabs c={c} id={user.id} here="details" />
      {mayWrite(c.get('session')) ? <Actions links={actionsOf(c, user)} /> : null}
      <Facts rows={factsOf(c, user)} />
      <Ingest c={c} user={user} />
    </>,
  )
}

function actionsOf(c: PageContext, { id, state }: ServiceUser): readonly (Action | false)[] {
  const active = state === 'active'
  return [
    ['Edit', userUrl(c, id, 'edit'), 'quiet'],
    active && ['Mint a token', userUrl(c, id, 'tokens', 'new'), 'quiet'],
    active && ['Disable', userUrl(c, id, 'disable'), 'danger'],
    !active && ['Enable', userUrl(c, id, 'enable'), 'quiet'],
  ]
}

function factsOf(c: PageContext, user: ServiceUser): readonly (Fact | false)[] {
  return [
    ['State', <Badge text={user.state} />],
    ['Id', <code class="id">{user.id}</code>],
    ['Source system', <code class="id">{user.source_system}</code>],
    ['Departments', user.departments.length === 0 ? 'none' : user.departments.join(', ')],
    ['Active tokens', user.active_tokens],
    ['Last use', <Time ms={user.last_used_at} />],
    ['Created', <Time ms={user.created_at} />],
    user.disabled_at !== null && ['Disabled', <Time ms={user.disabled_at} />],
    ...audit(c, user),
  ]
}

/** What its tokens did, where the console has that page. */
function audit(c: PageContext, { id }: ServiceUser): Fact[] {
  if (!c.get('nav').some(({ path }) => path === 'audit')) return []
  const href = withQuery(pageUrl(c.get('organization').id, 'audit'), { service_user: id })
  return [['Audit', <a href={href}>Audit of this service user</a>]]
}

/** The line to paste, without a token: that is in it only when one is minted. */
function Ingest({ c, user }: { c: PageContext; user: ServiceUser }) {
  const { catalog } = c.env.context.edge
  const products = productChoices(c, TOKEN_KIND)
  const caller = {
    ...{ kind: TOKEN_KIND, environments: ENVIRONMENTS, products },
    ...{ scopes: scopesFor(catalog, TOKEN_KIND), ips: null, origins: null, user },
  }
  return (
    <Section id="call" title="Call with a token of it">
      {products.length === 0 ? (
        <p>
          The organization has no product that takes access tokens. An operator can grant it one.
        </p>
      ) : (
        <>
          <p>
            With a token of all scopes in the place of <code>YOUR_TOKEN</code>. One of fewer has its
            own line on its own page.
          </p>
          <Lines c={c} caller={caller} value="YOUR_TOKEN" />
        </>
      )}
    </Section>
  )
}
