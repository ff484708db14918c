// How the object of a credential's guard is named.

/**
 * The version lets the stored form change without a migration: guards of another name know nothing yet,
 * and begin with what D1 has. Windows begin anew with them.
 */
const PREFIX = 'v1:'

export function guardName(credentialId: string): string {
  return PREFIX + credentialId
}

/** The credential of a guard, by the name of the object. */
export function credentialOf(name: string): string {
  if (!name.startsWith(PREFIX)) throw new Error(`${name || 'an object without a name'} is no guard`)
  return name.slice(PREFIX.length)
}
