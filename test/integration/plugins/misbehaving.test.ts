import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import type { PluginStatus } from '../../../core/index.js'
import { type Ending, run } from '../../support/docs/readme-project.js'
import { openTestSchema, type TestSchema } from '../../support/test-schema.js'

const house = fileURLToPath(new URL('../../fixtures/plugins/house.js', import.meta.url))

interface Report {
  readonly ms: Readonly<Record<'setUp' | 'start' | 'work' | 'stop', number>>
  readonly tasks: readonly (readonly [string, readonly (readonly [number, unknown])[]])[]
  readonly differences: readonly unknown[]
  readonly stuck: readonly unknown[]
  readonly statuses: readonly PluginStatus[]
  readonly afterStop: readonly (readonly [string, string])[]
  readonly refusals: readonly (readonly [string, string])[]
  readonly health: { readonly isHealthy: boolean; readonly checks: Readonly<Record<string, { message?: string }>> }
  readonly heard: readonly string[]
}

/** The plugins are in test/fixtures/plugins, a file each; they misbehave in a process of their own, because some of them would end it. */
describe('Ten plugins that misbehave in ten ways, and one that depends on another of them', function () {
  this.timeout(120_000)

  let schema: TestSchema
  let ending: Ending
  let report: Report
  let took: number

  before(async () => {
    schema = await openTestSchema()
    const { url, schema: name } = schema.database ?? {}
    const startedAt = performance.now()
    ending = await run('.', process.execPath, [house, ...(url === undefined ? [] : [url, name!])])
    took = performance.now() - startedAt
    assert.notEqual(ending.stdout, '', ending.stderr)
    report = JSON.parse(ending.stdout)
  })
  after(() => schema.close())

  const status = (name: string) => report.statuses.find((each) => each.name === name)!

  it('leave the tasks of the house untouched: every step complete at its first attempt, with its result', () => {
    const untouched = [
      'complete',
      [
        [1, { total: 10 }],
        [1, { charged: 10 }],
        [1, { sent: 10 }],
      ],
    ]
    assert.equal(report.tasks.length, 21)
    for (const task of report.tasks) assert.deepEqual(task, untouched)
    assert.deepEqual([report.differences, report.stuck], [[], []])
  })

  it('leave the process to end by itself, and well, though timers of theirs would keep it', () => {
    assert.equal(ending.code, 0, ending.stderr)
    assert.match(ending.stderr, /plugin lies-about-health|hangs-at-start-and-stop/)
    assert(took < 60_000)
  })

  it('hold up the boot, the start and the stop for one time limit and a little, not for ten', () => {
    // Limits of 300 ms; what an embedded database needs to open, on a busy machine, is much more.
    assert(report.ms.setUp < 20_000, `${report.ms.setUp} ms`)
    assert(report.ms.start < 5_000, `${report.ms.start} ms`)
    assert(report.ms.stop < 10_000, `${report.ms.stop} ms`)
  })

  it('are named: those that cannot be set up stand among the refusals, with their reasons', () => {
    const refused = new Map(report.refusals)
    assert.match(refused.get('throws-at-setup')!, /failed in its setup: no licence/)
    assert.match(refused.get('hangs-at-setup')!, /its setup has not ended within 300 ms/)
    assert.match(refused.get('needs-another')!, /was left out: it depends on throws-at-setup, which failed/)
    assert.equal(refused.size, 3)
  })

  it('are switched off where they fail as a whole, what they added included', () => {
    const states = ['throws-at-setup', 'hangs-at-setup', 'throws-at-start', 'hangs-at-start-and-stop', 'needs-another']
    assert.deepEqual(
      states.map((name) => status(name).state),
      ['failed', 'failed', 'failed', 'failed', 'blocked'],
    )
    assert.match(status('throws-at-start').problem!, /port 25 is taken/)
    assert.match(status('hangs-at-start-and-stop').problem!, /its start has not ended within 300 ms/)
  })

  it('are switched off in part where a listener, a subscriber or a hook keeps failing', () => {
    assert.deepEqual(status('blocks-the-bus').paused, ['listener blocks-the-bus: compute'])
    assert.match(status('blocks-the-bus').lastFailure!.problem, /blocked the process for \d+ ms with "step\./)
    assert.deepEqual(status('fails-at-events').paused.toSorted(), [
      'listener fails-at-events: rejecting',
      'listener fails-at-events: throwing',
      'listener never-ending',
    ])
    assert.deepEqual(status('never-answers-hooks').paused.toSorted(), [
      'hook afterStepExecute',
      'hook aroundStepExecute',
      'hook beforeStepExecute',
      'hook beforeTaskCreate',
    ])
    assert.deepEqual(status('mistakes-in-hooks').paused.toSorted(), [
      'hook afterStepExecute',
      'hook aroundStepExecute',
      'hook beforeStepExecute',
    ])
  })

  it('are blamed for errors that nobody awaited, and switched off for good when they leave more', () => {
    const { state, problem, failures } = status('leaves-errors-behind')
    assert.equal(state, 'failed')
    assert.match(problem!, /the mail was not sent|the heartbeat failed/)
    assert(failures >= 3)
    assert.match(ending.stderr, /plugin leaves-errors-behind left an error behind that nobody awaits/)
  })

  it('make the report of health unhealthy, by name', () => {
    const { isHealthy, checks } = report.health
    assert.equal(isHealthy, false)
    assert.equal(checks['lies: hangs']!.message, 'check of plugin lies-about-health: no answer within 100 ms')
    assert.equal(checks['lies: throws']!.message, 'check of plugin lies-about-health: no pulse')
    assert.match(checks['lies: nothing']!.message!, /check of plugin lies-about-health: it gave no finding/)
    for (const name of ['throws-at-setup', 'blocks-the-bus', 'leaves-errors-behind', 'needs-another'])
      assert(checks.plugins!.message!.includes(`plugin ${name}`), name)
    assert.equal(status('lies-about-health').failures, 3)
  })

  it('leave a plugin that behaves its whole life', () => {
    assert.deepEqual([status('well-behaved').state, status('well-behaved').failures], ['started', 0])
    assert.equal(new Map(report.afterStop).get('well-behaved'), 'stopped')
    const counts = (what: string) => report.heard.filter((each) => each === what).length
    assert.deepEqual(['start', 'task.completed', 'afterStepExecute', 'stop'].map(counts), [1, 21, 63, 1])
  })
})
