// A webhook endpoint and its deliveries as their pages need them.

import type { DeliveryView } from '../../webhooks/deliveries.ts'
import type { EndpointView } from '../../webhooks/endpoint-view.ts'
import type { KeyEventType } from '../../webhooks/event.ts'
import { call, type Answer, type Listed } from '../api.ts'
import type { PageContext } from '../context.ts'
import { pageUrl } from '../urls.ts'

export interface EndpointWithSecret extends EndpointView {
  readonly secret: string
}

export interface NewEndpoint extends EndpointView {
  /** null: an equal form was sent before, and showed it. */
  readonly secret: string | null
}

/** What each event tells. */
export const EVENTS: Readonly<Record<KeyEventType, string>> = {
  'system.apiKey.created': 'A key was created.',
  'system.apiKey.invalidated': 'A key is no longer valid: revoked, expired, rotated or disabled.',
  'system.apiKey.exposed': 'A secret key was sent by a browser, where anyone can read it.',
}

/** The endpoint that the address names. */
export function readEndpoint(c: PageContext): Promise<Answer<EndpointView>> {
  return call<EndpointView>(c, 'getEndpoint', { params: { id: c.req.param('id') ?? '' } })
}

/** The endpoint's deliveries, newest first; the address may name a state and a cursor. */
export function readDeliveries(c: PageContext, id: string): Promise<Answer<Listed<DeliveryView>>> {
  const { state, cursor } = c.req.query()
  const query = { state, cursor, limit: 25 }
  return call<Listed<DeliveryView>>(c, 'listDeliveries', { params: { id }, query })
}

/** A page of an endpoint: its own, or one below it. */
export function endpointUrl(c: PageContext, id: string, ...parts: readonly string[]): string {
  return pageUrl(c.get('organization').id, 'webhooks', id, ...parts)
}

export const backToEndpoints = (c: PageContext) => ({
  href: pageUrl(c.get('organization').id, 'webhooks'),
  label: 'All endpoints',
})

export const backToEndpoint = (c: PageContext, { id, url }: EndpointView) => ({
  href: endpointUrl(c, id),
  label: `Endpoint ${hostOf(url)}`,
})

/** What an endpoint is called: long addresses end in what only machines need. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url
}
