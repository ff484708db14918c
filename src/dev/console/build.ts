// `npm run build:console`: writes src/control/console/assets.generated.ts.

import { writeFile } from 'node:fs/promises'

import { generateAssets, GENERATED } from './assets.ts'

await writeFile(GENERATED, await generateAssets())
