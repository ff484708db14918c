import { describe, expect, it } from 'vitest'

import { Backlog, BACKLOG_MAX_BYTES } from '../../../src/gate/relay/backlog.ts'

const MB = 1024 * 1024

describe('Backlog: of a socket that says what waits', () => {
  it('takes up to its bound, whatever has passed before', () => {
    const socket = { bufferedAmount: 0 }
    const backlog = new Backlog(socket)
    for (let i = 0; i < 1_000; i++) expect(backlog.takes(MB, i)).toBe(true)
    socket.bufferedAmount = BACKLOG_MAX_BYTES - MB
    expect(backlog.takes(MB, 0)).toBe(true)
    expect(backlog.takes(MB + 1, 0)).toBe(false)
  })

  it('takes one message of any size while nothing waits', () => {
    expect(new Backlog({ bufferedAmount: 0 }).takes(2 * BACKLOG_MAX_BYTES, 0)).toBe(true)
    expect(new Backlog({ bufferedAmount: 1 }).takes(2 * BACKLOG_MAX_BYTES, 0)).toBe(false)
  })
})

describe('Backlog: of a socket that does not say', () => {
  it('takes so much in ten seconds, and again in the next', () => {
    const backlog = new Backlog({})
    for (let i = 0; i < 64; i++) expect(backlog.takes(MB, 1_000_000 + i)).toBe(true)
    expect(backlog.takes(1, 1_009_999)).toBe(false)
    expect(backlog.takes(MB, 1_010_000)).toBe(true)
  })
})
