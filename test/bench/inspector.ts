// workerd's inspector, as much of the Chrome DevTools Protocol as the bench needs.

const POKE_MS = 20

export interface Inspector {
  send<T>(method: string, params?: object): Promise<T>
  close(): void
}

/**
 * Attaches to one Worker of a running workerd.
 * @throws Error when there is no Worker of that name.
 */
export async function attach(url: URL, worker: string): Promise<Inspector> {
  const answer = await fetch(`http://${url.host}/json`)
  const list = (await answer.json()) as Record<string, string>[]
  const target = list.find(({ id }) => id === worker || id === `core:user:${worker}`)
  if (!target) throw new Error(`the inspector knows no Worker ${worker}`)
  const socket = new WebSocket(target['webSocketDebuggerUrl'] ?? '')
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  const waiting = new Map<number, (result: unknown) => void>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id: number; result: unknown }
    waiting.get(id)?.(result)
    waiting.delete(id)
  })
  let last = 0
  return {
    send<T>(method: string, params = {}): Promise<T> {
      const id = ++last
      socket.send(JSON.stringify({ id, method, params }))
      return new Promise((resolve) => waiting.set(id, resolve as (result: unknown) => void))
    },
    close: () => socket.close(),
  }
}

/**
 * Bytes that a Worker's isolate still holds after a full collection. It listens to the inspector only
 * while it answers requests, so it is sent some.
 */
export async function heapBytes(url: URL, worker: string, port: number): Promise<number> {
  const inspector = await attach(url, worker)
  const poke = setInterval(() => {
    void fetch(`http://127.0.0.1:${port}/edge/health`).then((answer) => answer.text())
  }, POKE_MS)
  try {
    await inspector.send('HeapProfiler.enable')
    await inspector.send('HeapProfiler.collectGarbage')
    const { usedSize } = await inspector.send<{ usedSize: number }>('Runtime.getHeapUsage')
    await inspector.send('HeapProfiler.disable')
    return usedSize
  } finally {
    clearInterval(poke)
    inspector.close()
  }
}
