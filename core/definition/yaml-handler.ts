import { nearestName } from '../errors/nearest-name.js'
import type { StepTemplateYaml } from './task-yaml-schema.js'
import { noName } from './yaml-repair.js'

/** Exports by their names; `unknown` where the modules that have them could not be loaded. */
export type YamlHandlers = Readonly<Record<string, unknown>> | 'unknown'

/** The handler of a step, or what is wrong with what the file says of it, and at which of its keys. */
export type FoundHandler = { readonly handler: unknown } | { readonly problem: string; readonly key?: string }

/** Takes the place of a handler so that the other options of its step can be checked; it is never run. */
export const standInHandler = (): void => {}

/** Looks a handler up by the name of its export, then by the name of a class. */
export function findHandler(template: StepTemplateYaml, handlers: YamlHandlers): FoundHandler {
  const { handler, handler_class: handlerClass } = template
  const name = handler ?? handlerClass
  if (name === undefined || (handler !== undefined && handlerClass !== undefined)) {
    const subject = template.name === noName ? 'the step' : `step "${template.name}"`
    const found = name === undefined ? 'has neither' : 'has both'
    return { problem: `${subject} needs one of the keys "handler_class" and "handler", and ${found}` }
  }
  if (handlers === 'unknown') return { handler: standInHandler }
  if (Object.hasOwn(handlers, name)) return { handler: handlers[name] }
  const byClassName = Object.values(handlers).find((value) => typeof value === 'function' && value.name === name)
  if (byClassName !== undefined) return { handler: byClassName }
  return { problem: handlerNotFound(name, handlers), key: handler === undefined ? 'handler_class' : 'handler' }
}

function handlerNotFound(name: string, handlers: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(handlers)
  if (names.length === 0) {
    return `the handler "${name}" was not found, because no handlers were given: name their module with the key "handlers", as in handlers: ./handlers.ts`
  }
  const nearest = nearestName(name, names)
  const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`
  return `the handler "${name}" was not found among the exports ${names.join(', ')}.${hint}`
}
