// Where wrangler.toml, schema.sql and .dev.vars are, whatever the working directory.

import { fileURLToPath } from 'node:url'

export const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
