// Imported before wrangler and Miniflare, which read these when they load: nothing on this stack
// asks the network for anything, and wrangler says nothing of its own.

process.env['WRANGLER_LOG'] ??= 'error'
process.env['WRANGLER_SEND_METRICS'] ??= 'false'
process.env['WRANGLER_HIDE_BANNER'] ??= 'true'
process.env['CLOUDFLARE_CF_FETCH_ENABLED'] ??= 'false'
