import type { ConfigurationProblem } from '../errors/configuration-errors.js'
import { isTaskerError } from '../errors/tasker-error.js'
import { assertCustomEventName } from '../events/custom-event.js'
import { assertEventSchema } from '../events/event-validation.js'
import { configPath } from './config-path.js'
import type { ConfigLayer } from './merge-config.js'
import { isPlainObject } from './plain-object.js'
import { receivedText } from './received-text.js'

/** Names of `customEvents` that no custom event can have; in overlays as well. */
export function customEventNameProblems({ name: source, values }: ConfigLayer): ConfigurationProblem[] {
  if (!isPlainObject(values)) return []
  const overlays = isPlainObject(values.environments) ? Object.entries(values.environments) : []
  return [
    ...namesIn(values, [], source),
    ...overlays.flatMap(([environment, overlay]) => namesIn(overlay, ['environments', environment], source)),
  ]
}

function namesIn(settings: unknown, above: readonly string[], source: string): ConfigurationProblem[] {
  if (!isPlainObject(settings) || !isPlainObject(settings.customEvents)) return []
  return Object.entries(settings.customEvents).flatMap(([name, entry]) => {
    const wrong = refusal(name)
    if (wrong === undefined) return schemaProblems(entry, [...above, 'customEvents', name, 'schema'], name, source)
    const path = configPath([...above, 'customEvents', name])
    return [{ path, source, expected: 'the name of a custom event', received: JSON.stringify(name), wayOut: wrong }]
  })
}

function schemaProblems(entry: unknown, path: readonly string[], name: string, source: string): ConfigurationProblem[] {
  if (!isPlainObject(entry) || !isPlainObject(entry.schema)) return []
  try {
    assertEventSchema(name, entry.schema)
    return []
  } catch (error) {
    if (!isTaskerError(error)) throw error
    const received = receivedText('schema', entry.schema)
    return [{ path: configPath(path), source, expected: 'JSON Schema', received, wayOut: error.message }]
  }
}

function refusal(name: string): string | undefined {
  try {
    assertCustomEventName(name)
    return undefined
  } catch (error) {
    if (isTaskerError(error)) return error.message
    throw error
  }
}
