// npm run build:client: writes the types of the API's client and the command line's inputs anew.

import { writeFile } from 'node:fs/promises'

import { generate } from './generate.ts'

for (const [file, text] of Object.entries(await generate())) {
  await writeFile(new URL(`../../${file}`, import.meta.url), text)
}
