// What a file has changed of the process that it shares with other files is put back at
// its end, whether or not the file does so itself.

import { afterAll, vi } from 'vitest'

afterAll(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})
