import type { StepDefinition, TaskDefinition } from '../contracts/task-definition.js'

/** The definition as plain data, as it is stored, hashed and shown: schemas as JSON Schema, no code. */
export function definitionDocument<D extends Omit<TaskDefinition, 'hash'>>(
  definition: D,
): Readonly<Record<string, unknown>> {
  const { context, identity, steps, ...rest } = definition
  return {
    ...rest,
    ...(context ? { context: context.jsonSchema } : {}),
    ...(identity === undefined ? {} : { identity: identityText(identity) }),
    steps: steps.map(stepDocument),
  }
}

/** What a definition says of the identity of requests, as data. */
export function identityText(identity: TaskDefinition['identity']): string | undefined {
  return typeof identity === 'function' ? 'custom' : identity
}

function stepDocument({ handler: _, results, child, each, ...step }: StepDefinition): object {
  return {
    ...step,
    ...(results ? { results: results.jsonSchema } : {}),
    ...(child ? { child: childDocument(child) } : {}),
    ...(each ? { each: elementDocument(each) } : {}),
  }
}

function childDocument({ defined: _, ...child }: NonNullable<StepDefinition['child']>): object {
  return child
}

function elementDocument({ handler: _, results, ...each }: NonNullable<StepDefinition['each']>): object {
  return { ...each, ...(results ? { results: results.jsonSchema } : {}) }
}
