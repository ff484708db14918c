// Methods of HTTP.

/** The methods that the gate knows; the others are refused before anything is asked. */
export const METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
]
