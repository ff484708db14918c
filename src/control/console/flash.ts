// What a page says after a redirect: a short code that stands for a fixed text, never a text itself.

const TEXTS = {
  signed_out: 'You are signed out.',
  session_ended: 'Your session has ended. Sign in again to go on.',
  organization_created: 'The organization was created.',
  first_call:
    'The first call has arrived, and was answered. This is what you will see from now on.',
  key_saved: 'The key was saved.',
  key_revoked: 'The key is invalid.',
  service_user_created: 'The service user was created.',
  service_user_saved: 'The service user was saved.',
  service_user_disabled: 'The service user is disabled.',
  service_user_enabled: 'The service user is enabled.',
  token_revoked: 'The token is invalid.',
  list_saved: 'The allowlist was saved.',
  endpoint_saved: 'The endpoint was saved.',
  endpoint_verified: 'The endpoint has answered its challenge, and is enabled.',
  endpoint_enabled: 'The endpoint is enabled. What was held goes out within a minute.',
  endpoint_disabled: 'The endpoint is disabled.',
  endpoint_deleted: 'The endpoint was deleted.',
  test_sent: 'A test event is on its way.',
  delivery_resent: 'The delivery is on its way again.',
  member_saved: 'The member was saved.',
  member_removed: 'The member was removed.',
} as const

export type Status = keyof typeof TEXTS

/** The text of a code; nothing for any other text in an address. */
export function flashText(code: string | undefined): string | undefined {
  return code !== undefined && Object.hasOwn(TEXTS, code) ? TEXTS[code as Status] : undefined
}
