// A webhook endpoint as its pages need it.

import type { KeyEventType } from '../../webhooks/event.ts'
import type { AnswerOf } from '../api.ts'
import { resourcePages } from '../kit/resource-pages.ts'

export type Endpoint = AnswerOf<'getEndpoint'>

/** What each event tells. */
export const EVENTS: Readonly<Record<KeyEventType, string>> = {
  'system.apiKey.created': 'A key was created.',
  'system.apiKey.invalidated': 'A key is no longer valid: revoked, expired, rotated or disabled.',
  'system.apiKey.exposed': 'A secret key was sent by a browser, where anyone can read it.',
}

export const {
  url: endpointUrl,
  read: readEndpoint,
  backToAll: backToEndpoints,
  backToOne: backToEndpoint,
} = resourcePages(
  'webhooks',
  'getEndpoint',
  'All endpoints',
  ({ url }) => `Endpoint ${hostOf(url)}`,
)

/** What an endpoint is called: long addresses end in what only machines need. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url
}
