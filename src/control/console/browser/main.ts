// What script adds to the pages. Each part looks for its own markup, so every page has the one script,
// and without it the pages do all that they promise.

import { awaitArrival } from './arrival.ts'
import { checkListsAsTyped } from './check-list.ts'
import { addCopyButtons } from './copy.ts'
import { leaveOnce } from './once.ts'
import { tellRelativeTimes } from './relative-time.ts'

addCopyButtons()
awaitArrival()
checkListsAsTyped()
leaveOnce()
tellRelativeTimes()
