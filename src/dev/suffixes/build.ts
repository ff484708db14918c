// npm run build:suffixes: writes anew what origin-owner.ts needs besides tldts.

import { writeFile } from 'node:fs/promises'

import { generatedSuffixes } from './names.ts'

await writeFile(
  new URL('../../lists/suffixes-below.generated.ts', import.meta.url),
  generatedSuffixes(),
)
