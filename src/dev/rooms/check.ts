// `npm run check:rooms`: prints the map of the rooms, or what goes against it.

import { cruiseRooms, linesOf } from './cruise.ts'

const { files, flaws, map } = await cruiseRooms(process.cwd())
if (flaws.length > 0) {
  for (const flaw of flaws) console.error(flaw)
  process.exitCode = 1
} else {
  for (const line of linesOf(map)) console.log(line)
  console.log(`${files} files, no cycle, types counted`)
}
