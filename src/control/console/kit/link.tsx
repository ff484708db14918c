// Links as they stand in pages: to a thing by its name, and as buttons.

/** A thing by its name, with its id below. */
export function Named({ href, name, id }: { href: string; name: string; id: string }) {
  return (
    <>
      <a href={href}>{name}</a>
      <br />
      <code class="id">{id}</code>
    </>
  )
}

/** A link as a button; what the page is for has no look of its own. */
export type Action = readonly [label: string, href: string, look?: 'quiet' | 'danger']

/** Links that look like buttons; what is false does not apply. */
export function Buttons({ links }: { links: readonly (Action | false)[] }) {
  return (
    <>
      {links
        .filter((link) => link !== false)
        .map(([label, href, look]) => (
          <a role="button" {...(look && { class: look })} href={href}>
            {label}
          </a>
        ))}
    </>
  )
}

/** The same in a row of their own. */
export function Actions({ links, above }: { links: readonly (Action | false)[]; above?: boolean }) {
  return (
    <p class={above ? 'actions above' : 'actions'}>
      <Buttons links={links} />
    </p>
  )
}
