// The price of counted operations.

import { describe, expect, test } from 'vitest'

import { costPerMillion, operationsOf, PRICES } from './cost.ts'
import type { Counted } from './counted.ts'

const nothing: Counted = { requests: 10, calls: {}, consumer: {}, rows: {}, queue: {} }

describe('operationsOf', () => {
  test('a request that asks nothing is a request, its CPU time and a line of the log', () => {
    const { requests, cpuMs, logEvents, ...others } = operationsOf(nothing, 0.5)
    expect({ requests, cpuMs, logEvents }).toEqual({ requests: 1, cpuMs: 0.5, logEvents: 1 })
    expect(Object.values(others).every((count) => count === 0)).toBe(true)
  })

  test('everything is per request, of requests and of consumers alike', () => {
    const operations = operationsOf(
      {
        requests: 10,
        calls: {
          'RECORDS.get': 5,
          'RECORDS.put': 1,
          'DB.first': 1,
          'KEY_GUARD.admit': 8,
          'KEY_GUARD.confirm': 2,
          'AUTH_FAILURES.limit': 10,
          'AUDIT.send': 2,
        },
        consumer: { 'DB.batch': 4, 'KEY_GUARD.fence': 10 },
        rows: {
          'DB.read': 3,
          'consumer.DB.read': 7,
          'consumer.DB.written': 90,
          'guard.read': 20,
          'guard.written': 10,
        },
        queue: { sent: 2, chunks: 3, messages: 2, batches: 1, events: 10 },
      },
      1,
    )
    expect(operations).toMatchObject({
      requests: 1.1,
      kvReads: 0.5,
      kvWrites: 0.1,
      d1RowsRead: 1,
      d1RowsWritten: 9,
      objectCalls: 2,
      objectRowsRead: 2,
      objectRowsWritten: 1,
    })
    expect(operations.queueOperations).toBeCloseTo(0.9)
  })
})

describe('costPerMillion', () => {
  test('is the price list for one of each', () => {
    const each = Object.fromEntries(Object.keys(PRICES).map((item) => [item, 1]))
    const { items, total } = costPerMillion(each as typeof PRICES)
    expect(items).toEqual(PRICES)
    expect(total).toBeCloseTo(21.472)
  })

  test('a request that asks nothing costs its own price, CPU and a line of the log', () => {
    expect(costPerMillion(operationsOf(nothing, 1)).total).toBeCloseTo(0.3 + 0.02 + 0.6)
  })
})
