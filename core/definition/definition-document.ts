import type { StepDefinition, TaskDefinition } from '../contracts/task-definition.js'
import { identityText } from './definition-hash.js'

/** The definition as plain data, as it is stored: schemas as JSON Schema, no handlers. What its hash covers, and the hash. */
export function definitionDocument(definition: TaskDefinition): Readonly<Record<string, unknown>> {
  const { context, identity, steps, ...rest } = definition
  return {
    ...rest,
    ...(context ? { context: context.jsonSchema } : {}),
    ...(identity === undefined ? {} : { identity: identityText(identity) }),
    steps: steps.map(stepDocument),
  }
}

function stepDocument({ handler: _handler, results, ...step }: StepDefinition): Readonly<Record<string, unknown>> {
  return { ...step, ...(results ? { results: results.jsonSchema } : {}) }
}
