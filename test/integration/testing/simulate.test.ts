import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineSubscriber, defineTask, type TaskerError } from '../../../core/index.js'
import { type SimulateOptions, simulate } from '../../../core/testing/index.js'
import { testDatabaseUrl } from '../../support/postgres.js'

/** A gateway that charges whoever asks, or once for each key. */
class Gateway {
  readonly charges: string[] = []

  charge(key: string, isCareful: boolean): void {
    if (!isCareful || !this.charges.includes(key)) this.charges.push(key)
  }

  clear(): void {
    this.charges.length = 0
  }
}

const gateway = new Gateway()

const order = (isCareful: boolean) =>
  defineTask({ namespace: 'shop', name: isCareful ? 'careful' : 'careless' })
    .step('load', async () => 99)
    .step('charge', { dependsOn: ['load'] }, async ({ idempotencyKey }) => gateway.charge(idempotencyKey, isCareful))
    .step('confirm', { dependsOn: ['charge'] }, async () => 'confirmed')

const once: SimulateOptions<ReturnType<typeof order>> = {
  before: () => gateway.clear(),
  check: () => assert(gateway.charges.length <= 1, `charged ${gateway.charges.length} times`),
  // On a server each loss costs the time of a lease.
  ...(testDatabaseUrl() === undefined ? {} : { maxRuns: 20, config: { database: { url: testDatabaseUrl()! } } }),
}

async function failureOf(work: Promise<unknown>): Promise<TaskerError> {
  return work.then(
    () => assert.fail('it did not fail'),
    (error: TaskerError) => error,
  )
}

describe('simulate', function () {
  this.timeout(240_000)

  afterEach(() => {
    delete process.env.TASKER_SIMULATE
  })

  it('tries every fault at every place, and finds nothing in a task that does well', async () => {
    const report = await simulate(order(true), once)
    assert.deepEqual(report.failures, [])
    const { places, faults, ends } = report
    assert.deepEqual(Object.keys(places).sort(), [
      'attempts of charge',
      'attempts of confirm',
      'attempts of load',
      'commits',
      'step.completed',
      'step.execution_requested',
      'step.initialize_requested',
      'task.completed',
      'task.initialize_requested',
      'task.start_requested',
    ])
    assert(ends.complete! > 1 && ends.cancelled! > 0)
    if (testDatabaseUrl() !== undefined) return
    assert.equal(faults.refuse, places.commits)
    assert.equal(faults.timeout, 3)
    assert.equal(faults.crash, 12)
    assert.match(report.text, /^\d+ runs of shop\.careful@0\.1\.0 in [\d.]+ s, all in order\n/)
  })

  it('finds the step that does twice what it must do once, and gives a line that shows it again', async () => {
    const error = await failureOf(
      simulate(order(false), { ...once, faults: ['refuse', 'crash-before', 'disconnect-before'] }),
    )
    assert.equal(error.code, 'SIMULATION_FAILED')
    const line = /TASKER_SIMULATE='(task=shop\.careless seed=1 fault=crash-before@commit#3)' npm test/.exec(
      error.message,
    )
    assert(line, error.message)
    assert.match(error.message, /check: charged 2 times/)
    assert.match(
      error.message,
      /step\.execution_requested charge\n +>>> +crash-before@commit#3\n.*step\.failed charge: OWNER_LOST/,
    )

    process.env.TASKER_SIMULATE = line[1]
    const again = await failureOf(simulate(order(false), once))
    assert.deepEqual(again.details.failures, [
      { seed: 1, faults: ['crash-before@commit#3'], broken: ['check: charged 2 times'] },
    ])
    assert.equal((again.cause as Error).message, 'charged 2 times')
    assert.equal((await simulate(order(true), once)).runs, 0, 'no other task is tried')

    process.env.TASKER_SIMULATE = line[1]!.replace('#3', '#40')
    const missed = await failureOf(simulate(order(false), once))
    assert.match(
      missed.message,
      /does not come by that place.*expected a place among .*commit#3,.*"crash-before@commit#40"/is,
    )
  })

  it('draws faults together with each further seed, and takes away those that a failure does not need', async () => {
    const task = defineTask({ name: 'single' }).step('charge', async () => 'charged')
    const report = await failureOf(
      simulate(task, {
        seeds: 20,
        faults: ['error', 'delay'],
        check: (run) => assert(run.steps.charge.attempts <= 2, 'too many attempts'),
      }),
    )
    assert.match(report.message, /The smallest run that fails: seed \d+, error@charge#\d and error@charge#\d\n/)
  })

  it('does the same again with the same options', async () => {
    const story = async () => {
      const runs: unknown[] = []
      const check = ({
        faults,
        calls,
        state,
        events,
      }: {
        faults: unknown
        calls: unknown
        state: unknown
        events: { story(): string[] }
      }) => void runs.push({ faults, calls, state, story: events.story() })
      const {
        text: _,
        durationMs: __,
        ...report
      } = await simulate(order(true), {
        seeds: [7, 8],
        faults: ['crash', 'error', 'cancel'],
        maxRuns: 8,
        check,
      })
      return { report, runs }
    }
    assert.deepEqual(await story(), await story())
  })

  it('says when a task fails without any fault, and tries no other', async () => {
    const broken = defineTask({ name: 'broken' }).step('only', async () => 'done')
    const error = await failureOf(simulate(broken, { check: () => assert.fail('never right') }))
    assert.match(error.message, /1 runs of default\.broken/)
    assert.match(error.message, /fault=none' npm test/)
  })

  it('gives durable subscribers time to hear of it before it checks', async () => {
    const heard = new Set<string>()
    const mailer = defineSubscriber({
      name: 'mailer',
      durable: true,
      on: { 'task.completed': ({ taskId }) => sleep(60).then(() => void heard.add(taskId)) },
    })
    const task = defineTask({ name: 'told' }).step('only', async () => 'done')
    const report = await simulate(task, {
      config: { subscribers: [mailer] },
      maxRuns: 8,
      before: () => heard.clear(),
      check: ({ id, state }) => assert.equal(heard.has(id), state === 'complete'),
    })
    assert.deepEqual(report.failures, [])
  })

  it('goes through children, lists and decisions', async () => {
    const child = defineTask({ name: 'child' }).step('work', async () => 'worked')
    const parent = defineTask({ name: 'parent' })
      .child('delegate', { task: child })
      .each('notify', { dependsOn: ['delegate'], over: () => [1, 2] }, async ({ item }) => item)
      .decide('route', { dependsOn: ['notify'], branches: ['left', 'right'] }, async () => ['left'])
      .step('left', async () => 'left')
      .step('right', async () => 'right')
    const report = await simulate(parent, { config: { handlers: [child] }, maxRuns: 40, giveUpAfterMs: 60_000 })
    assert.deepEqual(report.failures, [])
  })

  it('refuses what it cannot read', async () => {
    const task = order(true)
    const invalid = { code: 'INVALID_SIMULATION' }
    await assert.rejects(simulate(task, { seeds: 0 }), invalid)
    await assert.rejects(simulate(task, { seeds: [1.5] }), invalid)
    await assert.rejects(simulate(task, { faults: ['flood' as 'crash'] }), invalid)
    for (const wrong of ['seed=7', 'task=a.b seed=x fault=none', 'task=a.b seed=7 fault=flood@commit#1']) {
      process.env.TASKER_SIMULATE = wrong
      await assert.rejects(simulate(task), invalid)
    }
  })
})
