import type { ConfigurationProblem } from '../errors/configuration-errors.js'
import { isTaskerError } from '../errors/tasker-error.js'
import { assertCustomEventName } from '../events/custom-event.js'
import { configPath } from './config-path.js'
import type { ConfigLayer } from './merge-config.js'
import { isPlainObject } from './plain-object.js'

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
  return Object.keys(settings.customEvents).flatMap((name) => {
    const wrong = refusal(name)
    if (wrong === undefined) return []
    const path = configPath([...above, 'customEvents', name])
    return [{ path, source, expected: 'the name of a custom event', received: JSON.stringify(name), wayOut: wrong }]
  })
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
