// The rooms of `src` and which may use which, a type as much as a value. Plain data; cruise.ts makes the
// lint's rules from it.

/** One room: a folder, or some files of one. */
export interface Room {
  readonly name: string
  /** Its files below `src`; the folder of its name where there are none. */
  readonly files?: readonly string[]
  /** The rooms that it uses, each of which stands above it in the table. */
  readonly uses: readonly string[]
}

/** From the bottom to the top: a room uses none that comes after it. */
export const ROOMS: readonly Room[] = [
  { name: 'lib', uses: [] },
  { name: 'lists', uses: ['lib'] },
  { name: 'credentials', uses: ['lib', 'lists'] },
  { name: 'reasons', uses: ['lib', 'credentials'] },
  { name: 'catalog', uses: ['lib', 'credentials'] },
  { name: 'guard', uses: ['lib', 'credentials'] },
  { name: 'config', uses: ['lib', 'credentials', 'catalog', 'guard'] },
  { name: 'audit', uses: ['lib', 'lists', 'credentials', 'reasons', 'catalog', 'config'] },
  { name: 'call', uses: ['credentials', 'catalog', 'config', 'audit'] },
  { name: 'catalog.ts', files: ['catalog.ts'], uses: ['catalog'] },
  {
    name: 'gate',
    uses: [
      ...['lib', 'lists', 'credentials', 'reasons', 'catalog', 'guard', 'config', 'audit', 'call'],
      'catalog.ts',
    ],
  },
  { name: 'control/client', uses: ['lib', 'catalog'] },
  { name: 'control/tries', uses: ['lib', 'lists', 'credentials'] },
  { name: 'control/logs', uses: ['lib', 'catalog', 'audit'] },
  { name: 'control/webhooks', uses: ['lib', 'credentials', 'catalog'] },
  {
    name: 'control/deps',
    files: ['control/bindings.ts', 'control/deps.ts', 'control/settings.ts'],
    uses: ['lib', 'catalog', 'config', 'audit', 'call', 'control/tries', 'control/webhooks'],
  },
  {
    name: 'control/api',
    uses: [
      ...['lib', 'lists', 'credentials', 'reasons', 'catalog', 'guard', 'config', 'audit', 'call'],
      ...['gate', 'control/tries', 'control/logs', 'control/webhooks', 'control/deps'],
    ],
  },
  {
    name: 'control/console',
    uses: [
      ...['lib', 'lists', 'credentials', 'reasons', 'catalog', 'audit', 'call', 'control/client'],
      ...['control/tries', 'control/logs', 'control/webhooks', 'control/deps', 'control/api'],
    ],
  },
  {
    name: 'control',
    files: [
      ...['control/handle-call.ts', 'control/build.ts', 'control/cron.ts', 'control/index.ts'],
      ...['control/queues.ts', 'control/worker.ts'],
    ],
    uses: [
      ...['lib', 'lists', 'reasons', 'catalog', 'guard', 'config', 'audit', 'call', 'catalog.ts'],
      ...['control/tries', 'control/logs', 'control/webhooks', 'control/deps', 'control/api'],
      'control/console',
    ],
  },
  {
    name: 'cli',
    uses: [
      ...['lib', 'lists', 'credentials', 'catalog', 'config', 'catalog.ts', 'control/client'],
      'control/deps',
    ],
  },
  {
    name: 'dev',
    uses: [
      ...['lib', 'credentials', 'catalog', 'config', 'catalog.ts', 'gate', 'control/tries'],
      ...['control/deps', 'control', 'cli'],
    ],
  },
]

/** An arrow between rooms that is for some of their files alone; files by regular expressions. */
export interface Narrow {
  readonly name: string
  readonly why: string
  readonly from: string
  /** The only files there that may. */
  readonly only: string
  readonly to: string
  /** The only files there that they may use; all where there is none. */
  readonly part?: string
}

export const NARROW: readonly Narrow[] = [
  {
    name: 'explain shares steps of the gate',
    why: 'explain runs the steps of the gate itself, and a change looks once more at its actor’s status',
    from: '^src/control/',
    only: '^src/control/api/(explain/trace|actor-check)[.]ts$',
    to: '^src/gate/',
    part: '^src/gate/(admit|authenticate|authorize|credential|limits|method|path|route|status)[.]ts$',
  },
  {
    name: 'the command is a client of control',
    why: 'only what reads the settings of a deployment (--direct, deploy, doctor) knows more of control',
    from: '^src/cli/',
    only: '^src/cli/(settings|deploy/settle|doctor/deployment)[.]ts$',
    to: '^src/control/(?!client/)',
    part: '^src/control/settings[.]ts$',
  },
  {
    name: 'Workers are made for any catalog',
    why: 'the entries alone know which catalog is shipped',
    from: '^src/(gate|control)/',
    only: '^src/(gate|control)/index[.]ts$',
    to: '^src/catalog[.]ts$',
  },
]
