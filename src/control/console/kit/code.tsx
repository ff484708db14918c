// Something to copy: a command, or a value that is shown this once. The button needs script and is
// shown by it; the text can be selected without.

import type { Child } from 'hono/jsx'

/** A command, such as a cURL line. `id` must be unique in the page. */
export function Code({ id, label, text }: { id: string; label: string; text: string }) {
  return (
    <figure class="copy">
      <figcaption>
        <span>{label}</span>
        <CopyButton id={id} label={label} />
      </figcaption>
      <pre tabindex={0} aria-label={label} role="group">
        <code id={id}>{text}</code>
      </pre>
    </figure>
  )
}

interface SecretProps {
  label: string
  value: string
  then: string
  children?: Child
}

/**
 * A value that is in this answer and nowhere else. `then` is where a reload leads, so that it neither
 * shows the value again nor asks to send the form again.
 */
export function Secret({ label, value, then, children }: SecretProps) {
  return (
    <section class="notice warn secret" data-once={then} aria-labelledby="secret-label">
      <h2 id="secret-label">{label}</h2>
      <p>
        Copy it now and keep it where secrets are kept. It is shown this once and nobody can read it
        again.
      </p>
      <div class="value">
        <code id="secret">{value}</code>
        <CopyButton id="secret" label={label} />
      </div>
      {children}
    </section>
  )
}

/** In a secret's place, where an equal form was sent before. */
export function AlreadyShown({ then, children }: { then: string; children?: Child }) {
  return (
    <div class="notice warn" data-once={then}>
      <p>{children}</p>
    </div>
  )
}

function CopyButton({ id, label }: { id: string; label: string }) {
  return (
    <button type="button" class="small" data-copy={id} aria-label={`Copy: ${label}`} hidden>
      Copy
    </button>
  )
}
