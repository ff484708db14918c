// The load generator, a process of its own: runs the jobs it is sent, one after the other, with
// autocannon, and counts every answer by status. It ends with the process above it.

import autocannon from 'autocannon'

import { percentile } from './statistics.ts'

/** How often autocannon looks whether it is done. */
const SAMPLE_MS = 50
/** When a request counts as lost; a busy machine takes its time. */
const TIMEOUT_S = 60

export interface LoadRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** When a pass ends. */
export type Until = { readonly seconds: number } | { readonly answers: number }

export interface Job {
  readonly port: number
  readonly connections: number
  /** Each connection has its own share of them and walks through it again and again. */
  readonly requests: readonly LoadRequest[]
  readonly until: Until
  /** Requests per second over all connections; as many as there are answers for when not given. */
  readonly rate?: number
}

export interface Load {
  /** Answers, and from the first request to the last answer. */
  readonly answers: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly statuses: Readonly<Record<string, number>>
  readonly errors: number
}

process.on('message', (job: Job) => {
  void run(job).then((load) => process.send?.(load))
})
process.on('disconnect', () => process.exit())

async function run({ port, connections: most, requests, until, rate }: Job): Promise<Load> {
  const connections = 'answers' in until ? Math.min(most, until.answers) : most
  const latencies: number[] = []
  const statuses: Record<string, number> = {}
  let nth = 0
  const startedAt = performance.now()
  let endedAt = startedAt
  const running = autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    ...('answers' in until ? { amount: until.answers } : { duration: until.seconds }),
    ...(rate !== undefined && { overallRate: rate }),
    timeout: TIMEOUT_S,
    sampleInt: SAMPLE_MS,
    setupClient: (client) => {
      const own = nth++ % connections
      const share = requests.filter((_, i) => i % connections === own % requests.length)
      client.setRequests(share.map(withHost))
    },
  })
  running.on('response', (_client, status, _bytes, ms) => {
    latencies.push(ms)
    statuses[status] = (statuses[status] ?? 0) + 1
    endedAt = performance.now()
  })
  const { errors, timeouts } = await running
  return {
    answers: latencies.length,
    seconds: (endedAt - startedAt) / 1000,
    p50Ms: percentile(latencies, 50),
    p99Ms: percentile(latencies, 99),
    statuses,
    errors: errors + timeouts,
  }
}

/** A name without a port, as in production: an address or a long port takes the gate's slower path. */
function withHost(request: LoadRequest): LoadRequest {
  return { ...request, headers: { host: 'localhost', ...request.headers } }
}
