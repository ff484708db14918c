// The few names of the Workers runtime that env.ts mentions, for programs that run on Node. Only the
// names: `types: ["@cloudflare/workers-types"]` would put the runtime's own `process`, `fetch` and
// `URL` over Node's.
// oxlint-disable typescript/consistent-type-imports -- an import would make this a module

type D1Database = import('@cloudflare/workers-types').D1Database
type KVNamespace = import('@cloudflare/workers-types').KVNamespace
type DurableObjectNamespace<
  T extends import('@cloudflare/workers-types').Rpc.DurableObjectBranded,
> = import('@cloudflare/workers-types').DurableObjectNamespace<T>
type RateLimit = import('@cloudflare/workers-types').RateLimit
type Queue = import('@cloudflare/workers-types').Queue

declare module 'cloudflare:workers' {
  export const DurableObject: typeof import('@cloudflare/workers-types').CloudflareWorkersModule.DurableObject
}
