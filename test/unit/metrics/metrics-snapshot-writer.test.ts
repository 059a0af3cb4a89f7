import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../../core/contracts/clock.js'
import type { MetricsSnapshot } from '../../../core/contracts/metrics.js'
import { MetricsRegistry } from '../../../core/metrics/metrics-registry.js'
import { MetricsSnapshotWriter } from '../../../core/metrics/metrics-snapshot-writer.js'

class ManualClock implements Clock {
  #now = Date.UTC(2025, 5, 1)
  timers: { at: number; callback: () => void }[] = []
  now = () => this.#now
  monotonic = () => this.#now
  setTimer(callback: () => void, delayMs: number) {
    const timer = { at: this.#now + delayMs, callback }
    this.timers.push(timer)
    const cancel = () => {
      this.timers = this.timers.filter((other) => other !== timer)
    }
    return { cancel }
  }
  async advance(ms: number) {
    this.#now += ms
    const due = this.timers.filter((timer) => timer.at <= this.#now)
    this.timers = this.timers.filter((timer) => timer.at > this.#now)
    for (const { callback } of due) callback()
    await setImmediate()
  }
}

function writing({ save }: { save?: (snapshot: MetricsSnapshot) => Promise<void> } = {}) {
  const clock = new ManualClock()
  const metrics = new MetricsRegistry({ clock })
  metrics.counter('x').increment()
  const saved: string[] = []
  const published: unknown[] = []
  const warnings: string[] = []
  const log = { warn: (_fields: object, message: string) => warnings.push(message) }
  const writer = new MetricsSnapshotWriter({
    metrics,
    clock,
    intervalMs: 1000,
    save: async (takenAt, snapshot) => {
      await save?.(snapshot)
      saved.push(takenAt)
    },
    publish: (name, payload) => published.push([name, payload]),
    log: log as never,
  })
  return { clock, metrics, saved, published, warnings, writer }
}

describe('the writer of metrics snapshots', () => {
  it('writes one at each interval and tells it', async () => {
    const { clock, saved, published, writer } = writing()
    writer.start()
    await clock.advance(999)
    assert.deepEqual(saved, [])
    await clock.advance(1)
    await clock.advance(1000)
    assert.deepEqual(saved, ['2025-06-01T00:00:01.000Z', '2025-06-01T00:00:02.000Z'])
    assert.deepEqual(published[0], ['export.cache_synced', { metricsCount: 1, durationMs: 0 }])
    assert.equal(published.length, 2)
  })

  it('writes a last one when it stops, and none after', async () => {
    const { clock, saved, writer } = writing()
    writer.start()
    await clock.advance(300)
    const stopped = writer.stop()
    assert.equal(writer.stop(), stopped)
    await stopped
    await clock.advance(5000)
    assert.deepEqual(saved, ['2025-06-01T00:00:00.300Z'])
  })

  it('does not write again while it is still writing, and waits for that when it stops', async () => {
    const ends: (() => void)[] = []
    const { clock, saved, writer } = writing({ save: () => new Promise((resolve) => ends.push(resolve)) })
    writer.start()
    await clock.advance(1000)
    await clock.advance(1000)
    assert.equal(ends.length, 1)
    const stopped = writer.stop()
    await setImmediate()
    assert.equal(ends.length, 1)
    ends[0]!()
    await setImmediate()
    ends[1]!()
    await stopped
    assert.equal(saved.length, 2)
    assert.deepEqual(clock.timers, [])
  })

  it('logs a failure, tells nothing, and goes on', async () => {
    let isBroken = true
    const { clock, saved, published, warnings, writer } = writing({
      save: async () => {
        if (isBroken) throw new Error('gone')
      },
    })
    writer.start()
    await clock.advance(1000)
    assert.equal(warnings.length, 1)
    assert.deepEqual(published, [])
    isBroken = false
    await clock.advance(1000)
    assert.equal(saved.length, 1)
    assert.equal(published.length, 1)
  })

  it('does nothing when it is stopped without having been started', async () => {
    const { saved, writer } = writing()
    await writer.stop()
    assert.deepEqual(saved, [])
  })
})
