// The frame of every page: one header, one main, one footer, one h1.

import { OPENAPI_PATH } from '../../lib/paths.ts'
import type { Child } from 'hono/jsx'

import { stopsMinting } from '../../call/fingerprint.ts'
import { ASSETS } from './assets.ts'
import type { PageContext } from './context.ts'
import { flashText } from './flash.ts'
import { Badge } from './kit/badge.tsx'
import { TokenField } from './kit/form.tsx'
import { ORGANIZATIONS, pageUrl, SIGN_OUT } from './urls.ts'

/** Said to operators alone, who can mend it. */
function Differing({ c }: { c: PageContext }) {
  const { differing } = c.env.context.edge
  const operator = c.get('session')?.actor.type === 'operator'
  if (!operator || differing.length === 0) return null
  return (
    <div class="notice bad" role="alert">
      <p>
        The gate and control do not have the same {differing.join(', ')}: deploy both with the same,
        the gate first.{' '}
        {stopsMinting(differing)
          ? 'Until then no key can be made. Revoking works.'
          : 'Until then what these pages say may not be what the gate does.'}
      </p>
    </div>
  )
}

interface LayoutProps {
  c: PageContext
  title: string
  /** Above the title: where the page belongs. */
  back?: { readonly href: string; readonly label: string } | undefined
  children?: Child
}

export function Layout({ c, title, back, children }: LayoutProps) {
  const flash = flashText(c.req.query('status'))
  const organization = c.get('organization')
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{[title, organization?.name, 'Portcullis'].filter(Boolean).join(' · ')}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={ASSETS.style.url} />
        <script type="module" src={ASSETS.script.url}></script>
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <Header c={c} />
        <main id="content" tabindex={-1}>
          {back ? (
            <p class="back">
              <a href={back.href}>{back.label}</a>
            </p>
          ) : null}
          <h1>{title}</h1>
          <Differing c={c} />
          {flash === undefined ? null : (
            <div class="notice good" role="status">
              <p>{flash}</p>
            </div>
          )}
          {children}
        </main>
        <footer>
          <small>
            Portcullis · Times are UTC · <a href={OPENAPI_PATH}>The management API</a> does all that
            these pages do.
          </small>
        </footer>
      </body>
    </html>
  )
}

function Header({ c }: { c: PageContext }) {
  const session = c.get('session')
  return (
    <header>
      <div class="bar">
        <a class="brand" href={ORGANIZATIONS}>
          <Mark />
          Portcullis
        </a>
        <Organization c={c} />
        {session ? <SignedIn c={c} /> : null}
      </div>
      <Nav c={c} />
    </header>
  )
}

function Organization({ c }: { c: PageContext }) {
  const organization = c.get('organization')
  if (!organization) return null
  const operator = c.get('session').actor.type === 'operator'
  return (
    <p class="organization">
      <strong>{organization.name}</strong>
      {organization.state === 'suspended' ? <Badge text="suspended" /> : null}
      {operator ? <a href={ORGANIZATIONS}>Switch organization</a> : null}
    </p>
  )
}

function SignedIn({ c }: { c: PageContext }) {
  const { actor } = c.get('session')
  const name = actor.type === 'operator' ? actor.name : actor.email
  const role = actor.type === 'operator' ? 'operator' : actor.role
  return (
    <form class="signed-in" method="post" action={SIGN_OUT}>
      <span>
        {name} <Badge text={role} tone="plain" />
      </span>
      <TokenField c={c} />
      <button type="submit" class="small quiet">
        Sign out
      </button>
    </form>
  )
}

function Nav({ c }: { c: PageContext }) {
  const organization = c.get('organization')
  if (!organization) return null
  const home = pageUrl(organization.id)
  const here = c.req.path.slice(home.length + 1).split('/')[0] ?? ''
  return (
    <nav aria-label="Organization">
      <ul>
        {c.get('nav').map(({ label, path }) => (
          <li>
            <a
              href={pageUrl(organization.id, path)}
              {...(path === here && { 'aria-current': 'page' as const })}
            >
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Mark() {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
      <path
        d="M3 22V9a9 9 0 0 1 18 0v13M8 22V4M12 22V2M16 22V4M3 11h18M3 16h18"
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
      />
    </svg>
  )
}
