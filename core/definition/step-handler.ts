import type { StepFunction, StepHandler, StepHandlerClass } from '../contracts/task-definition.js'
import { type DefinitionSubject, InvalidStepHandlerError, isClass, show } from '../errors/definition-errors.js'

type StepSubject = DefinitionSubject & { readonly step: string }

/** The handler of a step: a function, or a class with `process`. */
export function createStepHandler(value: unknown, subject: StepSubject): StepHandler {
  if (hasProcess(value)) return Object.freeze({ kind: 'class', constructor: value })
  if (typeof value === 'function' && !isClass(value))
    return Object.freeze({ kind: 'function', run: value as StepFunction })
  throw new InvalidStepHandlerError(subject, {
    expected: 'an async function, or a class with a method process(context)',
    received: isClass(value) ? `${show(value)}, which has no method process()` : show(value),
    wayOut: isClass(value)
      ? 'Add `process(context) { … }` to the class, as a method and not as a field'
      : 'Write .step("name", options, async (context) => …) or .step("name", { handler: SomeClass })',
  })
}

/** Refuses a class given as the last argument, and a function given as `handler`: each has its one place. */
export function assertHandlerPlace(options: { readonly handler?: unknown }, last: unknown, subject: StepSubject): void {
  const { handler } = options
  if (handler !== undefined && last !== undefined) {
    throw new InvalidStepHandlerError(subject, {
      expected: 'one handler',
      received: `${show(handler)} as \`handler\` and ${show(last)} as the last argument`,
      wayOut: 'Take one of them away',
    })
  }
  if (isClass(last)) {
    throw new InvalidStepHandlerError(subject, {
      expected: 'a function as the last argument',
      received: show(last),
      wayOut: `Write .step("${subject.step}", { handler: ${(last as { name: string }).name || 'TheClass'} })`,
    })
  }
  if (typeof handler === 'function' && !hasProcess(handler) && !isClass(handler)) {
    throw new InvalidStepHandlerError(subject, {
      expected: 'a class with a method process(context) as `handler`',
      received: show(handler),
      wayOut: `Give the function as the last argument: .step("${subject.step}", { … }, async (context) => …)`,
    })
  }
}

function hasProcess(value: unknown): value is StepHandlerClass {
  return typeof value === 'function' && typeof value.prototype?.process === 'function'
}
