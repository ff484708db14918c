// npm run build:client: writes the API's document, the types of its client and the command line's inputs anew.

import { writeFile } from 'node:fs/promises'

import { generate } from './generate.ts'

for (const [file, text] of Object.entries(await generate())) {
  await writeFile(new URL(`../../${file}`, import.meta.url), text)
}
