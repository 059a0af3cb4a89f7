import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineTask } from 'tasker'
import { createTestTasker } from 'tasker/testing'
import { slowStepsPlugin } from '../src/index.js'

const job = defineTask({ namespace: 'shop', name: 'job' })
  .step('quick', async () => 1)
  .step('slow', { dependsOn: ['quick'] }, () => sleep(60, 2))

test('finds the slow steps, tells them to whoever asks, and is unhealthy while there are too many', async () => {
  const options = { limitMs: 40, unhealthyShare: 0.4 }
  await using t = await createTestTasker({ handlers: [job], plugins: [{ use: slowStepsPlugin, options }] })
  const before = await t.health.check()
  assert.equal(before.checks['slow-steps']!.isHealthy, true)
  const run = await t.run(job, {})
  assert.equal(run.state, 'complete')
  const [slowest, ...others] = t.plugins.require('slow-steps').slowest()
  assert.deepEqual([slowest!.step, slowest!.attempts, slowest!.slow, others], ['shop.job/slow', 1, 1, []])
  assert(slowest!.longestMs >= 40)
  const { checks } = await t.health.check()
  assert.equal(checks['slow-steps']!.message, '50 % of the attempts took over 40 ms')
  const names = t.metrics.snapshot().metrics.map(({ name }) => name)
  assert(names.includes('slow_steps_duration_ms'))
})

test('refuses options that mean nothing', async () => {
  const plugins = [{ use: slowStepsPlugin, options: { limitMs: -1 } }]
  await assert.rejects(createTestTasker({ handlers: [job], plugins }), { code: 'PLUGIN_OPTIONS_INVALID' })
})
