import assert from 'node:assert/strict'
import { type BackoffPolicy, backoffPolicyOf, computeBackoff } from '../../../core/workflow/backoff.js'

const policy: BackoffPolicy = { delaysMs: [1_000, 4_000], maxMs: 60_000, jitter: 0.1 }
const middle = 0.5

describe('the backoff after a failure', () => {
  it('goes by the list, then doubles the last delay, up to the cap, and says which', () => {
    const delays = [1, 2, 3, 4, 5, 6, 2_000].map((failure) => computeBackoff(policy, failure, middle))
    assert.deepEqual(
      delays.map(({ delayMs }) => delayMs),
      [1_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000],
    )
    const exponential = Array.from({ length: 5 }, () => 'exponential')
    assert.deepEqual(
      delays.map(({ strategy }) => strategy),
      ['list', 'list', ...exponential],
    )
  })

  it('differs by its share, up or down, and never exceeds the cap', () => {
    assert.equal(computeBackoff(policy, 1, 0).delayMs, 900)
    assert.equal(computeBackoff(policy, 1, 0.999_999).delayMs, 1_100)
    assert.equal(computeBackoff(policy, 9, 0.999_999).delayMs, 60_000)
    assert.equal(computeBackoff({ ...policy, jitter: 0 }, 1, 0).delayMs, 1_000)
  })

  it('is what the called system asks for, up to the cap, without chance', () => {
    const requested = (ms: number) => computeBackoff(policy, 1, 0, ms)
    assert.deepEqual(requested(30_000), { delayMs: 30_000, strategy: 'server_requested' })
    assert.deepEqual(requested(365 * 86_400_000), { delayMs: 60_000, strategy: 'server_requested' })
    assert.deepEqual(requested(-5), { delayMs: 0, strategy: 'server_requested' })
  })

  it('is what the step says, else what is said of its system, else what holds for all, each by itself', () => {
    const ofSystem = { maxMs: 9_000, jitter: 0.5 }
    assert.deepEqual(backoffPolicyOf(policy, undefined, undefined), policy)
    assert.deepEqual(backoffPolicyOf(policy, ofSystem, undefined), { ...policy, ...ofSystem })
    const ofStep = { backoffMs: [7], maxBackoffMs: 70, backoffJitter: 0 }
    assert.deepEqual(backoffPolicyOf(policy, ofSystem, ofStep), { delaysMs: [7], maxMs: 70, jitter: 0 })
    assert.deepEqual(backoffPolicyOf(policy, ofSystem, { backoffMs: [7] }), {
      delaysMs: [7],
      maxMs: 9_000,
      jitter: 0.5,
    })
  })
})
