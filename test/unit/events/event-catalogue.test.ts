import assert from 'node:assert/strict'
import type { TSchema } from 'typebox'
import {
  durableEventNames,
  isDurableEventName,
  isLifecycleEventName,
  lifecycleEventNames,
  lifecycleEvents,
} from '../../../core/events/event-catalogue.js'
import { familyOf } from '../../../core/events/event-families.js'
import { defaultFilterParameters, isFilteredKey } from '../../../core/events/masking.js'

interface ObjectSchema {
  readonly type: string
  readonly properties: Readonly<Record<string, TSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties: boolean
}

/** The object schemas of a payload: one, or the branches of a union. */
function branches(schema: unknown): readonly ObjectSchema[] {
  const { anyOf } = schema as { anyOf?: readonly ObjectSchema[] }
  return anyOf ?? [schema as ObjectSchema]
}

const taskBase = ['namespace', 'taskName', 'version']
const stepBase = [...taskBase, 'stepName', 'attempt', 'retryLimit']

function baseOf(name: string): readonly string[] {
  if (/^(step\.|workflow\.step_|observability\.step\.(?!find_viable))/.test(name)) return stepBase
  if (/^(task|workflow|observability)\./.test(name) || name === 'registry.handler_registered') return taskBase
  return []
}

describe('the event catalogue', () => {
  it('has 56 events: task 8, step 10, workflow 19, observability 8, export 6, registry 5', () => {
    assert.equal(lifecycleEventNames.length, 56)
    const perFamily = Object.groupBy(lifecycleEventNames, familyOf)
    assert.deepEqual(
      Object.entries(perFamily).map(([family, names]) => [family, names?.length]),
      [
        ['task', 8],
        ['step', 10],
        ['workflow', 19],
        ['observability', 8],
        ['export', 6],
        ['registry', 5],
      ],
    )
  })

  it('makes the seven transitions of tasks and the seven of steps durable, and nothing else', () => {
    assert.deepEqual(durableEventNames, [
      'task.initialize_requested',
      'task.start_requested',
      'task.completed',
      'task.failed',
      'task.retry_requested',
      'task.cancelled',
      'task.resolved_manually',
      'step.initialize_requested',
      'step.execution_requested',
      'step.completed',
      'step.failed',
      'step.retry_requested',
      'step.cancelled',
      'step.resolved_manually',
    ])
    assert.equal(isDurableEventName('step.handle'), false)
    assert.equal(isDurableEventName('toString'), false)
    assert.equal(isLifecycleEventName('toString'), false)
  })

  for (const [name, definition] of Object.entries(lifecycleEvents)) {
    it(`says all there is to know about ${name}, and lets nothing undescribed into its payload`, () => {
      assert.equal(definition.name, name)
      assert.equal(definition.schemaVersion, 1)
      assert.ok(definition.description.length > 10)
      assert.match(definition.firedBy, /^(orchestration|exports|metrics|registry): /)
      for (const branch of branches(definition.payload)) {
        assert.equal(branch.additionalProperties, false)
        for (const field of baseOf(name)) assert.ok(branch.required?.includes(field), `${field} is required`)
      }
    })
  }

  it('cannot be changed', () => {
    assert.ok(Object.isFrozen(lifecycleEvents))
    assert.ok(Object.isFrozen(lifecycleEvents['task.failed']))
  })

  it('has no field that the default filter list would mask', () => {
    const fields = Object.values(lifecycleEvents).flatMap(({ payload }) =>
      branches(payload).flatMap(({ properties }) => Object.keys(properties)),
    )
    assert.deepEqual(
      fields.filter((field) => isFilteredKey(field, defaultFilterParameters)),
      [],
    )
  })
})
