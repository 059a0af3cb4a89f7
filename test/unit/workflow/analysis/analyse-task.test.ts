import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { StepView, TaskView } from '../../../../core/contracts/task-record.js'
import { analyseGraph } from '../../../../core/workflow/analysis/analyse-graph.js'
import { analyseTask } from '../../../../core/workflow/analysis/analyse-task.js'
import { type Bottleneck, mostBottlenecks } from '../../../../core/workflow/analysis/bottlenecks.js'
import type { StepState } from '../../../../core/workflow/state-machines.js'
import { stepRecord, taskRecord } from '../../../support/task-records.js'
import { allPaths, randomNodes, slowDescendants } from './random-graphs.js'

const now = Date.parse('2026-03-01T10:00:00.000Z')
const at = (seconds: number) => new Date(now + seconds * 1000).toISOString()

type Given = Partial<StepView> & { readonly after?: readonly string[] }

function taskOf(steps: Readonly<Record<string, Given>>, values: Partial<TaskView> = {}): TaskView {
  const task = taskRecord({ id: '0197c0de-0000-7000-8000-000000000001', state: 'in_progress', ...values })
  const views = Object.entries(steps).map(([name, { after = [], ...given }], position): StepView => {
    const {
      resultEntry: _entry,
      resultIndex: _index,
      ...record
    } = stepRecord(task, { name, position, dependsOn: after })
    return { ...record, results: null, ...given }
  })
  return { ...task, steps: views }
}

const complete = (tookMs: number): Given => ({
  state: 'complete',
  startedAt: at(-60),
  completedAt: at(-60 + tookMs / 1000),
})
const failure = { name: 'Error', message: 'no', category: 'other', retryable: true } as const
const failed: Given = { state: 'error', attempts: 3, error: { ...failure, code: 'GATEWAY_DOWN' } }

describe('the analysis of a task', () => {
  it('says where each step stands, and counts states', () => {
    const analysis = analyseTask(
      taskOf({
        load: complete(100),
        charge: { ...failed, after: ['load'] },
        reserve: { state: 'in_progress', startedAt: at(-1), after: ['load'] },
        price: { after: ['load'] },
        tax: { after: ['load'], dueAt: at(5), attempts: 1 },
        vat: { after: ['load'], dueAt: at(-5), attempts: 1 },
        pack: { after: ['reserve'] },
        confirm: { after: ['charge', 'reserve'] },
        mail: { after: ['confirm'] },
      }),
      { now },
    )
    const { running, ready, delayed, waiting, blocked, states, completion } = analysis
    assert.deepEqual(
      { running, ready, delayed, waiting, blocked, failed: analysis.failed },
      {
        running: ['reserve'],
        ready: ['price', 'vat'],
        delayed: [{ step: 'tax', dueAt: at(5) }],
        waiting: ['pack'],
        blocked: ['confirm', 'mail'],
        failed: ['charge'],
      },
    )
    assert.deepEqual(states, { pending: 6, in_progress: 1, complete: 1, error: 1, cancelled: 0, resolved_manually: 0 })
    assert.equal(completion, 0.111)
    assert.deepEqual(analysis.levels[0], ['load'])
  })

  it('takes for the critical path the chain that took longest, not the one with the most steps', () => {
    const analysis = analyseTask(
      taskOf(
        {
          load: complete(100),
          quick: { ...complete(10), after: ['load'] },
          quicker: { ...complete(10), after: ['quick'] },
          slow: { ...complete(900), after: ['load'] },
          confirm: { ...complete(50), after: ['quicker', 'slow'] },
        },
        { state: 'complete' },
      ),
    )
    assert.deepEqual(analysis.criticalPath, {
      steps: ['load', 'slow', 'confirm'],
      durationMs: 1050,
      measuredMs: 1050,
      estimatedSteps: 0,
    })
    assert.deepEqual(analysis.longestPath, ['load', 'quick', 'quicker', 'confirm'])
  })

  it('estimates what has not been measured at the average, and what runs for longer at that', () => {
    const steps = {
      load: complete(100),
      left: { after: ['load'] },
      right: { after: ['load'] },
      last: { after: ['left'] },
    }
    assert.deepEqual(analyseTask(taskOf(steps), { now }).criticalPath, {
      steps: ['load', 'left', 'last'],
      durationMs: 300,
      measuredMs: 100,
      estimatedSteps: 2,
    })
    const running = { ...steps, right: { state: 'in_progress', startedAt: at(-7), after: ['load'] } } as const
    assert.deepEqual(analyseTask(taskOf(running), { now }).criticalPath, {
      steps: ['load', 'right'],
      durationMs: 7100,
      measuredMs: 100,
      estimatedSteps: 1,
    })
  })

  it('falls back to the longest path before anything was measured', () => {
    const { criticalPath, longestPath } = analyseTask(
      taskOf({ a: {}, b: { after: ['a'] }, c: { after: ['b'] }, d: {} }),
    )
    assert.deepEqual(criticalPath, { steps: longestPath, durationMs: 0, measuredMs: 0, estimatedSteps: 3 })
  })

  it('follows failures to what they block, root causes first, and says what settling each frees', () => {
    const { errorChains } = analyseTask(
      taskOf({
        second: { ...failed, retryable: false, after: ['first'] },
        alone: { ...failed, error: { ...failure, retryable: false } },
        first: failed,
        a: { after: ['first'] },
        b: { after: ['first'] },
        both: { after: ['a', 'alone'] },
        c: { after: ['second'] },
        apart: {},
      }),
      { now },
    )
    const shared = { attempts: 3, retryLimit: 3, error: 'GATEWAY_DOWN' }
    assert.deepEqual(errorChains, {
      chains: [
        {
          ...shared,
          step: 'first',
          isRootCause: true,
          kind: 'attempts_spent',
          blocks: ['a', 'b', 'both', 'c'],
          frees: ['a', 'b'],
        },
        { ...shared, step: 'alone', isRootCause: true, kind: 'permanent', error: 'Error', blocks: ['both'], frees: [] },
        { ...shared, step: 'second', isRootCause: false, kind: 'never_retried', blocks: ['c'], frees: ['c'] },
      ],
      further: [],
      blockedCount: 4,
    })
  })

  it('lists ten chains and names the failed steps beyond', () => {
    const many = Object.fromEntries(Array.from({ length: 13 }, (_, index) => [`f${index}`, failed]))
    const { chains, further } = analyseTask(taskOf(many), { now }).errorChains
    assert.equal(chains.length, 10)
    assert.deepEqual(further, ['f10', 'f11', 'f12'])
  })

  it('proposes what may help first, with the call and the command for it', () => {
    const steps = { charge: { ...failed, skippable: true }, confirm: { after: ['charge'] } }
    const ways = (given: Record<string, Given>, state: 'error' | 'in_progress' = 'error') =>
      analyseTask(taskOf(given, { state }), { now }).recoveries
    const id = '0197c0de-0000-7000-8000-000000000001'
    assert.deepEqual(
      ways(steps).map(({ action, step, api, cli }) => [action, step, api, cli]),
      [
        ['retry', 'charge', `tasker.steps.retry('${id}/charge')`, `tasker steps retry ${id}/charge`],
        ['skip', 'charge', `tasker.steps.skip('${id}/charge')`, `tasker steps cancel ${id}/charge --no-propagate`],
        [
          'resolve',
          'charge',
          `tasker.steps.resolve('${id}/charge', { results })`,
          `tasker steps resolve ${id}/charge --results '<json>'`,
        ],
      ],
    )
    const permanent = { ...failed, error: { ...failure, retryable: false } }
    assert.deepEqual(
      ways({ charge: permanent }).map(({ action }) => action),
      ['resolve', 'retry'],
    )
    assert.deepEqual(
      ways({ a: failed, b: permanent }).map(({ action, step }) => [action, step]),
      [
        ['retry', null],
        ['retry', 'a'],
        ['resolve', 'a'],
        ['resolve', 'b'],
        ['retry', 'b'],
      ],
    )
    assert.equal(
      ways({ a: failed, b: failed }, 'in_progress')[0]?.step,
      'a',
      'only a failed task can be retried as a whole',
    )
    assert.deepEqual(ways({ a: {} }, 'in_progress'), [])
    assert.deepEqual(
      ways({ a: {} }).map(({ action, cli }) => [action, cli]),
      [['resolve', `tasker tasks resolve ${id}`]],
      'a task that failed without a failed step',
    )
  })

  it('has nothing to suggest for a task that has ended for good', () => {
    for (const state of ['complete', 'cancelled', 'resolved_manually'] as const) {
      const analysis = analyseTask(taskOf({ charge: failed, confirm: { after: ['charge'] } }, { state }), { now })
      assert.deepEqual(analysis.recoveries, [], state)
      assert.deepEqual(analysis.errorChains, { chains: [], further: [], blockedCount: 0 })
      assert.deepEqual([analysis.ready, analysis.blocked, analysis.failed, analysis.openBottlenecks], [[], [], [], []])
      assert.equal(analysis.states.error, 1)
    }
  })

  it('looks for open bottlenecks in what is left', () => {
    const steps = {
      load: complete(1),
      a: { after: ['load'] },
      b: { after: ['load'] },
      x: { after: ['a'] },
      y: { after: ['a'] },
    }
    const { bottlenecks, openBottlenecks } = analyseTask(taskOf(steps), { now })
    assert.deepEqual(
      bottlenecks.map(({ step }) => step),
      ['load', 'a'],
    )
    assert.deepEqual(
      openBottlenecks.map(({ step, impact }) => [step, impact]),
      [['a', 0.667]],
    )
  })

  it('survives JSON', () => {
    const analysis = analyseTask(taskOf({ load: complete(3), charge: { ...failed, after: ['load'] } }), { now })
    assert.deepEqual(JSON.parse(JSON.stringify(analysis)), analysis)
  })
})

/** Tasks in any mixture of states: more of them than the engine ever makes, all of which must be told right. */
const randomTask = randomNodes.chain((nodes) =>
  fc
    .array(
      fc.record({
        state: fc.constantFrom<StepState>('pending', 'pending', 'in_progress', 'complete', 'error', 'cancelled'),
        tookMs: fc.nat(500),
      }),
      { minLength: nodes.length, maxLength: nodes.length },
    )
    .map((states) =>
      taskOf(
        Object.fromEntries(
          nodes.map(({ name, dependsOn }, index) => {
            const { state, tookMs } = states[index]!
            return [name, { ...(state === 'complete' ? complete(tookMs) : { state }), after: dependsOn }]
          }),
        ),
      ),
    ),
)

describe('the analysis of any task', () => {
  const isOpen = ({ state }: StepView) => state !== 'complete' && state !== 'cancelled'

  it('blocks exactly what waits for a failed step, and frees what waits for no other', () => {
    fc.assert(
      fc.property(randomTask, (task) => {
        // What is settled or runs needs nothing of those before it any more.
        const open = task.steps.filter(({ state }) => state === 'pending' || state === 'error')
        const below = slowDescendants(open)
        const pending = open.filter(({ state }) => state === 'pending').map(({ name }) => name)
        const culprits = open.filter(({ state }) => state === 'error').map(({ name }) => name)
        const isBlocked = (name: string) => culprits.some((culprit) => below.get(culprit)!.has(name))
        const { errorChains, blocked } = analyseTask(task, { now })
        assert.deepEqual([...blocked].sort(), pending.filter(isBlocked).sort())
        assert.equal(errorChains.blockedCount, blocked.length)
        assert.deepEqual(
          [...errorChains.chains.map(({ step }) => step), ...errorChains.further].sort(),
          [...culprits].sort(),
        )
        for (const { step, blocks, frees, isRootCause } of errorChains.chains) {
          assert.deepEqual([...blocks].sort(), [...below.get(step)!].filter((name) => pending.includes(name)).sort())
          assert.equal(isRootCause, !culprits.some((other) => below.get(other)!.has(step)))
          // Settle it, and see who has nobody before him any more.
          const rest = slowDescendants(open.filter(({ name }) => name !== step))
          const others = culprits.filter((other) => other !== step)
          const freed = blocked.filter((name) => !others.some((other) => rest.get(other)!.has(name)))
          assert.deepEqual([...frees].sort(), [...freed].sort(), step)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('finds no chain that takes longer than the critical path', () => {
    fc.assert(
      fc.property(randomTask, (task) => {
        const complete = task.steps.filter(({ state }) => state === 'complete')
        const tookMs = ({ startedAt, completedAt }: StepView) => Date.parse(completedAt!) - Date.parse(startedAt!)
        const average = complete.reduce((sum, step) => sum + tookMs(step), 0) / Math.max(1, complete.length)
        const msOf = new Map(
          task.steps.map((step) => [step.name, step.state === 'complete' ? tookMs(step) : isOpen(step) ? average : 0]),
        )
        const totals = allPaths(task.steps).map((path) => path.reduce((sum, name) => sum + msOf.get(name)!, 0))
        const { durationMs, steps } = analyseTask(task, { now }).criticalPath
        assert.equal(durationMs, Math.round(Math.max(0, ...totals)))
        const ofItsSteps = steps.reduce((sum, name) => sum + msOf.get(name)!, 0)
        assert.equal(Math.round(ofItsSteps), durationMs)
        for (const [index, name] of steps.entries()) {
          if (index > 0) {
            assert(task.steps.find((step) => step.name === name)!.dependsOn.includes(steps[index - 1]!))
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('has the open bottlenecks that the steps which are left have by themselves', () => {
    fc.assert(
      fc.property(randomTask, (task) => {
        const open = task.steps.filter(isOpen)
        const isLeft = new Set(open.map(({ name }) => name))
        // In the order of the whole graph: what has the same impact is listed in that order.
        const places = new Map(
          analyseTask(task, { now })
            .levels.flat()
            .map((name, place) => [name, place]),
        )
        const rest = open
          .map(({ name, dependsOn }) => ({ name, dependsOn: dependsOn.filter((parent) => isLeft.has(parent)) }))
          .sort((one, other) => places.get(one.name)! - places.get(other.name)!)
        const figures = ({ step, kind, waiting, dependents }: Bottleneck) => `${step} ${kind} ${waiting} ${dependents}`
        const { openBottlenecks } = analyseTask(task, { now })
        const expected = analyseGraph(rest).bottlenecks
        // Which of several equal ones is the tenth is a matter of their order.
        if (expected.length === mostBottlenecks) return
        assert.deepEqual(openBottlenecks.map(figures).sort(), expected.map(figures).sort())
      }),
      { numRuns: 500 },
    )
  })

  it('puts every step of a running task in one place', () => {
    fc.assert(
      fc.property(randomTask, (task) => {
        const { running, ready, delayed, waiting, failed, blocked } = analyseTask(task, { now })
        const placed = [...running, ...ready, ...delayed.map(({ step }) => step), ...waiting, ...failed, ...blocked]
        const open = task.steps.filter(isOpen).map(({ name }) => name)
        assert.deepEqual([...placed].sort(), open.sort())
      }),
    )
  })
})
