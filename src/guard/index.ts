// The guards: a Worker of its own, so that no deploy of the others touches them. It has no door: its
// objects are asked by the gate and by control alone.

export { KeyGuard } from './key-guard.ts'

export default {
  fetch: () => new Response(null, { status: 404 }),
} satisfies ExportedHandler
