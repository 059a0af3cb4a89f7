import assert from 'node:assert/strict'
import { lifecycleStates } from '../../../core/events/event-vocabularies.js'
import {
  isFinal,
  isLegal,
  legalEvents,
  type StepTransitionEvent,
  stepTransitions,
  type TaskTransitionEvent,
  targetOf,
  taskTransitions,
} from '../../../core/workflow/state-machines.js'

type From = (typeof lifecycleStates)[number] | null

/** The documented table, line by line: from → to: event. `-` is not yet. Everything that does not stand here is illegal. */
const documented = {
  task: `
    -                 → pending:           task.initialize_requested
    pending           → in_progress:       task.start_requested
    in_progress       → pending:           task.initialize_requested
    in_progress       → complete:          task.completed
    in_progress       → error:             task.failed
    pending           → error:             task.failed
    error             → pending:           task.retry_requested
    pending           → cancelled:         task.cancelled
    in_progress       → cancelled:         task.cancelled
    error             → cancelled:         task.cancelled
    error             → resolved_manually: task.resolved_manually`,
  step: `
    -                 → pending:           step.initialize_requested
    pending           → in_progress:       step.execution_requested
    in_progress       → complete:          step.completed
    in_progress       → error:             step.failed
    pending           → error:             step.failed
    error             → pending:           step.retry_requested
    pending           → cancelled:         step.cancelled
    in_progress       → cancelled:         step.cancelled
    pending           → resolved_manually: step.resolved_manually
    in_progress       → resolved_manually: step.resolved_manually
    error             → resolved_manually: step.resolved_manually`,
} as const

const tables = { task: taskTransitions, step: stepTransitions } as const
const states: readonly From[] = [null, ...lifecycleStates]

for (const subject of ['task', 'step'] as const) {
  describe(`the state machine of a ${subject}`, () => {
    const lines = documented[subject].trim().split('\n')
    const legal = new Map(
      lines.map((line) => {
        const [, from, to, event] = /^\s*(\S+)\s+→ (\w+):\s+(\S+)$/.exec(line)!
        return [`${from} ${event}`, to] as const
      }),
    )
    const events = Object.keys(tables[subject]) as (TaskTransitionEvent | StepTransitionEvent)[]

    it('allows each documented pair of state and event, leads where it says, and allows no other of them all', () => {
      for (const from of states) {
        for (const event of events) {
          const to = legal.get(`${from ?? '-'} ${event}`)
          assert.equal(isLegal(event, from), to !== undefined, `${event} from ${from}`)
          if (to !== undefined) assert.equal(targetOf(event), to, `${event} from ${from}`)
        }
      }
      assert.equal(states.length * events.length, 49)
      assert.equal(legal.size, 11)
    })

    it('lists what is possible in a state, which is nothing in a final one', () => {
      for (const state of lifecycleStates) {
        const expected = events.filter((event) => legal.has(`${state} ${event}`))
        assert.deepEqual(legalEvents(subject, state), expected)
        assert.equal(expected.length === 0, isFinal(state), state)
      }
    })

    it('knows six states, three of them final, and reaches each from the beginning', () => {
      const reached = new Set<From>([null])
      for (const from of reached) {
        for (const event of events) if (isLegal(event, from)) reached.add(targetOf(event))
      }
      assert.deepEqual([...reached].toSorted(), [...states].toSorted())
      assert.deepEqual(lifecycleStates.filter(isFinal).toSorted(), ['cancelled', 'complete', 'resolved_manually'])
    })
  })
}
