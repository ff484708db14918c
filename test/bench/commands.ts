// node test/bench/commands.ts [times]: the CPU time of a command beside the same call by curl, each in a
// process of its own against a real edge. The first run of each, which compiles, is not counted.

import { execFileSync } from 'node:child_process'

import { ROOT } from '../harness/bundle.ts'
import { ADMIN_TOKEN, startEdge } from '../harness/edge.ts'
import { median } from './statistics.ts'

const TIMES = Number(process.argv[2] ?? 9)
const NODE = JSON.stringify(process.execPath)
const OPS = `${NODE} ${JSON.stringify(`${ROOT}src/cli/main.mjs`)}`

/** User and system time of the command and its children in milliseconds, as bash counts it. */
function cpuMs(command: string, env: Readonly<Record<string, string>>): number {
  const script = `TIMEFORMAT='%U %S'; { time { ${command} >/dev/null 2>/dev/null || echo failed >&3; } 2>/dev/null; } 2>&1`
  const out = execFileSync('bash', ['-c', `exec 3>&1; ${script}`], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  if (out.includes('failed')) throw new Error(`it failed: ${command}`)
  const [user = '', system = ''] = out.trim().split(' ')
  return (Number(user) + Number(system)) * 1000
}

const edge = await startEdge()
const body = JSON.stringify({ kind: 'secret', environment: 'live', name: 'Backend' })
const call = `curl -fsS '${edge.url}/edge/v1/keys?organization=org_test' -H 'authorization: Bearer ${ADMIN_TOKEN}' -H 'content-type: application/json' -d '${body}'`
const create =
  'key create --organization org_test --kind secret --environment live --name Backend --json'
const rows = {
  'node, nothing': `${NODE} -e 0`,
  'ops --help': `${OPS} --help`,
  'ops key create': `${OPS} ${create} --remote --url ${edge.url}`,
  'curl POST /edge/v1/keys': call,
}
try {
  for (const [name, command] of Object.entries(rows)) {
    const runs = Array.from({ length: TIMES + 1 }, () => cpuMs(command, { ADMIN_TOKEN })).slice(1)
    console.log(`${name.padEnd(26)} ${median(runs).toFixed(0).padStart(5)} ms of CPU`)
  }
} finally {
  await edge.stop()
}
