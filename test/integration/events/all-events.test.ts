import assert from 'node:assert/strict'
import type { TaskerEvent } from '../../../core/events/envelope.js'
import {
  durableEventNames,
  isDurableEventName,
  isLifecycleEventName,
  lifecycleEventNames,
  lifecycleEvents,
} from '../../../core/events/event-catalogue.js'
import { assertLifecyclePayload } from '../../../core/events/event-validation.js'
import { stepTransitions, taskTransitions } from '../../../core/workflow/state-machines.js'
import { doubledFacts } from './fact-key.js'
import type { Observation } from './observation.js'
import { observeAll } from './scenarios.js'

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
/** What nobody's doing sets off: a request, a boot, a look at the clock. */
const spontaneous = new Set<string>([
  'task.initialize_requested',
  'workflow.orchestration_requested',
  'observability.task.enqueue',
  'workflow.task_state_unclear',
])

describe('the 56 events', function () {
  this.timeout(120_000)
  let observations: readonly Observation[] = []
  const all = () => observations.flatMap(({ heard }) => heard)

  before(async () => {
    observations = await observeAll()
  })

  /** Checks each event of each scenario; the message says in which one something is wrong. */
  function each(check: (event: TaskerEvent<string>, observation: Observation) => void): void {
    for (const observation of observations) {
      for (const event of observation.heard) {
        try {
          check(event, observation)
        } catch (error) {
          const text = JSON.stringify(event, undefined, 2)
          throw new Error(`${observation.scenario}: ${(error as Error).message}\n${text}`, { cause: error })
        }
      }
    }
  }

  for (const name of lifecycleEventNames) {
    it(`${name} really fires`, () => {
      assert(all().some((event) => event.name === name))
    })
  }

  it('carry payloads that fit their schemas', () => {
    each(({ name, payload }) => {
      if (isLifecycleEventName(name)) assertLifecyclePayload(name, payload)
    })
  })

  it('are published once for each fact', () => {
    for (const { scenario, heard } of observations) {
      assert.deepEqual(doubledFacts(heard, scenario.includes('lost') ? 2 : 1), [], scenario)
    }
  })

  it('and the rows that they tell of agree, whatever happened', () => {
    for (const { scenario, log, verified } of observations) {
      const { tasks, events, differences, stuck } = verified
      assert.deepEqual([differences, stuck], [[], []], scenario)
      assert.equal(tasks, new Set(log.flatMap(({ taskId }) => taskId ?? [])).size, scenario)
      assert.equal(events, log.filter(({ taskId }) => taskId !== undefined).length, scenario)
    }
  })

  it('have ids of version 7 that no other event has', () => {
    each(({ id }) => assert.match(id, uuidV7))
    for (const { heard } of observations) assert.equal(new Set(heard.map(({ id }) => id)).size, heard.length)
  })

  it('have an envelope with version, time and correlation id', () => {
    each(({ name, schemaVersion, occurredAt, correlationId, taskId }, { heard }) => {
      assert.equal(schemaVersion, isLifecycleEventName(name) ? lifecycleEvents[name].schemaVersion : 1)
      assert.equal(new Date(occurredAt).toISOString(), occurredAt)
      assert(correlationId.length > 0)
      const first = heard.find((event) => event.taskId === taskId)
      if (taskId !== undefined) assert.equal(correlationId, first!.correlationId)
    })
  })

  it('say which task and which step they are about', () => {
    each(({ name, taskId, stepId, payload }) => {
      const { taskName, stepName } = payload as { taskName?: string; stepName?: string }
      if (name === 'registry.handler_registered' || !isLifecycleEventName(name)) return
      assert.equal(taskId !== undefined, taskName !== undefined)
      assert.equal(stepId !== undefined, stepName !== undefined)
    })
  })

  it('name an event before them as their cause where they have one', () => {
    each(({ name, causationId, taskId }, { heard }) => {
      if (causationId === undefined) return
      const cause = heard.find(({ id }) => id === causationId)
      assert(cause !== undefined, 'the cause was not heard')
      if (taskId !== undefined) assert.equal(cause.taskId, taskId, name)
    })
  })

  it('name a cause for whatever a run of a task does by itself', () => {
    const { heard } = observations[0]!
    const uncaused = heard.filter(({ taskId, causationId }) => taskId !== undefined && causationId === undefined)
    const expected = uncaused.filter(({ name }) => spontaneous.has(name) || name.endsWith('_transition'))
    const names = uncaused.filter((event) => !expected.includes(event)).map(({ name }) => name)
    // A run begins by itself: what precedes the commit that says so has no cause yet.
    assert.deepEqual([...new Set(names)], ['task.start_requested'])
  })

  it('have a position if they are durable, and only then', () => {
    each(({ name, position }) => {
      if (isLifecycleEventName(name)) assert.equal(position !== undefined, isDurableEventName(name))
    })
  })

  it('come in log order within a task, their positions growing', () => {
    for (const { scenario, heard } of observations) {
      for (const own of Map.groupBy(heard, ({ taskId }) => taskId).values()) {
        const positions = own.flatMap(({ position }) => position ?? [])
        assert.deepEqual(positions, [...new Set(positions)].sort(), scenario)
      }
    }
  })

  it('are, as far as they are durable, exactly what the log says afterwards', () => {
    for (const { scenario, heard, log } of observations) {
      const durable = heard.filter(({ position }) => position !== undefined)
      const inOrder = durable.sort((a, b) => (a.position! < b.position! ? -1 : 1))
      assert.deepEqual(JSON.parse(JSON.stringify(inOrder)), log, scenario)
    }
    assert.deepEqual(
      new Set(observations.flatMap(({ log }) => log).map(({ name }) => name)).size,
      durableEventNames.length + 1,
    )
  })

  it('announce each transition of a task or a step once, before it happens, and only legal ones', () => {
    for (const { scenario, heard } of observations) {
      const announced: string[] = []
      for (const event of heard) {
        const payload = event.payload as { from?: string; to?: string; transitionEvent?: string; attempt?: number }
        const subject = event.stepId ?? event.taskId
        if (event.name.endsWith('.before_transition')) {
          const moves: Readonly<Record<string, { readonly from: readonly (string | null)[]; readonly to: string }>> = {
            ...taskTransitions,
            ...stepTransitions,
          }
          const move = moves[payload.transitionEvent!]!
          assert(move.from.includes(payload.from!), `${scenario}: ${JSON.stringify(payload)}`)
          assert.equal(payload.to, move.to)
          announced.push(`${payload.transitionEvent} ${subject}`)
        } else if (isDurableEventName(event.name as never) && !isCreation(event)) {
          const index = announced.indexOf(`${event.name} ${subject}`)
          assert(index !== -1, `${scenario}: ${event.name} was not announced`)
          announced.splice(index, 1)
        }
      }
      // A lost worker announces what it cannot commit any more.
      if (!scenario.includes('lost')) assert.deepEqual(announced, [], scenario)
    }
  })

  it('tell of custom events of a step only when its success is committed', () => {
    const { heard, log } = observations[0]!
    const told = heard.filter(({ name }) => name === 'order.shipped').map(({ payload }) => payload)
    assert.deepEqual(told, [{ to: 'the screen' }, { to: 'attempt 2' }])
    assert.deepEqual(
      log.filter(({ name }) => name === 'order.shipped').map(({ payload }) => payload),
      [{ to: 'attempt 2' }],
    )
  })
})

function isCreation({ name, payload }: TaskerEvent<string>): boolean {
  if (name === 'step.initialize_requested') return true
  return name === 'task.initialize_requested' && (payload as { from: unknown }).from === null
}
