// The shipped catalog: the products of the three systems that Portcullis was built for. Replace it
// with your own products; everything else reads it.

import { defineCatalog, WRITES, type Plan, type Route } from './catalog/define.ts'

/** Reads under one scope and writes under another, for a whole resource. */
function resource(path: string, scope: string): Route[] {
  return [
    { verbs: ['GET'], pattern: `${path}/**`, scopes: [`${scope}:read`] },
    { verbs: WRITES, pattern: `${path}/**`, scopes: [`${scope}:write`] },
  ]
}

/** `plan`: all calls of a key. `sessions`: its calls of POST /api/v1/sessions, counted besides. */
function perMinute(plan: number, sessions: number): Plan {
  return {
    limits: [
      { name: 'plan', quota: plan, window: 60 },
      { name: 'sessions', quota: sessions, window: 60, routes: 'named' },
    ],
  }
}

export const shipped = defineCatalog({
  scopes: {
    'sessions:read': { description: 'List and retrieve sessions', byDefault: true },
    'sessions:create': { description: 'Create verification sessions', byDefault: true },
    'sessions:write': {
      description: 'Expire, redact, update, and reprocess sessions',
      byDefault: true,
    },
    'verifications:read': {
      description: 'Retrieve verification results and documents',
      byDefault: true,
    },
    'identities:read': { description: 'List and retrieve verified identities', byDefault: true },
    'webhooks:read': { description: 'List webhook endpoints' },
    'webhooks:write': { description: 'Create, update, and delete webhook endpoints' },
    'keys:read': { description: 'List API keys' },
    'keys:write': { description: 'Create and revoke API keys' },
    'org:read': { description: 'Read organization settings' },
    'org:write': { description: 'Update organization settings' },
    'screening:read': { description: 'Access watchlist screening records' },
    'screening:write': { description: 'Trigger AML screens and manage monitoring' },
    'workflows:read': { description: 'List and retrieve workflows' },
    'workflows:write': { description: 'Create, update, and trigger workflow runs' },
    'cases:read': { description: 'List and retrieve review cases' },
    'cases:write': { description: 'Approve, reject, escalate, and manage cases' },
    'lists:read': { description: 'List and retrieve custom screening lists' },
    'lists:write': { description: 'Create, update, and manage custom lists' },
    'documents:write': { description: 'Upload documents to sessions' },
    'audit:read': { description: 'Access audit findings and statistics' },
    'analytics:read': { description: 'Access verification analytics' },
    ingest: { description: 'Push documents into the vault' },
    search: { description: 'Search the vault and download documents' },
  },
  plans: {
    free: perMinute(300, 50),
    starter: perMinute(600, 100),
    professional: perMinute(1000, 150),
    enterprise: perMinute(1000, 300),
  },
  publishable: { quota: 10, window: 60, per: 'key', scopes: ['sessions:create'] },
  products: [
    {
      id: 'verifa',
      accepts: ['secret', 'publishable'],
      prefix: '/api/v1',
      routes: [
        {
          verbs: ['POST'],
          pattern: '/sessions',
          scopes: ['sessions:create', 'sessions:write'],
          publishable: true,
          limits: ['sessions'],
        },
        { verbs: ['GET'], pattern: '/sessions/**', scopes: ['sessions:read'] },
        { verbs: ['GET'], pattern: '/sessions/:id/result', scopes: ['verifications:read'] },
        { verbs: ['GET'], pattern: '/sessions/:id/documents/**', scopes: ['verifications:read'] },
        { verbs: ['POST'], pattern: '/sessions/:id/documents', scopes: ['documents:write'] },
        { verbs: WRITES, pattern: '/sessions/:id/**', scopes: ['sessions:write'] },
        { verbs: ['GET'], pattern: '/results/**', scopes: ['verifications:read'] },
        { verbs: ['GET'], pattern: '/identities/**', scopes: ['identities:read'] },
        ...resource('/webhooks', 'webhooks'),
        ...resource('/api-keys', 'keys'),
        ...resource('/organization', 'org'),
        ...resource('/checks', 'screening'),
        ...resource('/workflows', 'workflows'),
        ...resource('/cases', 'cases'),
        ...resource('/lists', 'lists'),
        { verbs: ['GET'], pattern: '/audit/**', scopes: ['audit:read'] },
        { verbs: ['GET'], pattern: '/analytics/**', scopes: ['analytics:read'] },
      ],
    },
    {
      id: 'document_verification',
      accepts: ['jwt'],
      routes: [
        { verbs: ['POST'], pattern: '/document-processing', scopes: [] },
        { verbs: ['GET'], pattern: '/document-processing/**', scopes: [] },
      ],
    },
    {
      id: 'aml_screening',
      accepts: ['jwt'],
      routes: [
        { verbs: ['POST'], pattern: '/screening/request', scopes: [], credits: 10 },
        { verbs: ['POST'], pattern: '/high-risk/search', scopes: [] },
        { verbs: ['POST'], pattern: '/sanctions/search', scopes: [], credits: 5 },
      ],
    },
    {
      id: 'vault',
      accepts: ['access_token'],
      prefix: '/api/v1',
      routes: [
        {
          verbs: ['POST'],
          pattern: '/ingest',
          scopes: ['ingest'],
          department: 'required',
          audit: 'durable',
        },
        { verbs: ['GET'], pattern: '/search/customer', scopes: ['search'] },
        { verbs: ['GET'], pattern: '/search/documents', scopes: ['search'] },
        { verbs: ['GET'], pattern: '/documents/:id/download', scopes: ['search'] },
      ],
    },
  ],
})
