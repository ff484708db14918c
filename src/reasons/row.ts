// What a reason's row holds, and how a refusal looks on the wire.

const CODES = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  422: 'unprocessable',
  429: 'rate_limited',
  500: 'internal_error',
  502: 'bad_gateway',
  503: 'unavailable',
  504: 'gateway_timeout',
} as const

export type Status = keyof typeof CODES

/** The page of the console where the cause is mended; null where no page can. */
export type Place =
  | 'key'
  | 'keys'
  | 'service_user'
  | 'allowlists'
  | 'usage'
  | 'webhooks'
  | 'members'
  | null

/** What a reason means to who runs the edge. */
export interface Meaning {
  /** What happened and what helps, as a sentence or two. */
  readonly meaning: string
  readonly mend: Place
}

/** A reason of the gate. */
export interface Row {
  readonly status: Status
  /** For the caller, of the fields that a refusal carries beside its reason. */
  readonly sentence: string | ((fields: never) => string)
}

/** The `error` of the body that goes with a status. */
export function codeOf(status: Status): string {
  return CODES[status]
}

/** An answer in the one form of an error: `{error, detail, status_code}`, and `field` where one is at fault. */
export function errorResponse(status: Status, detail: string, field?: string): Response {
  return Response.json(
    { error: CODES[status], detail, status_code: status, ...(field !== undefined && { field }) },
    { status, headers: { 'cache-control': 'no-store' } },
  )
}
