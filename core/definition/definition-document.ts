import type { ConcurrencyKey, RequestFunction, StepDefinition, TaskDefinition } from '../contracts/task-definition.js'

/** The definition as plain data, as it is stored, hashed and shown: schemas as JSON Schema, no code. */
export function definitionDocument<D extends Omit<TaskDefinition, 'hash'>>(
  definition: D,
): Readonly<Record<string, unknown>> {
  const { context, identity, concurrencyKey, steps, ...rest } = definition
  return {
    ...rest,
    ...(context ? { context: context.jsonSchema } : {}),
    ...(identity === undefined ? {} : { identity: asText(identity) }),
    ...(concurrencyKey === undefined ? {} : { concurrencyKey: { ...concurrencyKey, ...fromText(concurrencyKey) } }),
    steps: steps.map(stepDocument),
  }
}

function fromText({ from }: ConcurrencyKey): object {
  return from === undefined ? {} : { from: asText(from) }
}

/** What says itself by its name, or is a function of the code. */
function asText(value: string | RequestFunction): string {
  return typeof value === 'function' ? 'custom' : value
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
