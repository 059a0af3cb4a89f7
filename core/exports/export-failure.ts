import { isTaskerError } from '../errors/tasker-error.js'
import type { ErrorDescription } from '../events/payload-parts.js'

/** An error as `export.failed` tells it. Without its stack: the one who asked for the export gets the error itself. */
export function describeFailure(error: unknown): ErrorDescription {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
  const code = isTaskerError(error) ? error.code : (error as { readonly code?: unknown } | null)?.code
  return {
    name,
    message,
    ...(typeof code === 'string' ? { code } : {}),
    category: code === 'EXPORTER_FAILED' || code === 'INVALID_EXPORTER_OUTPUT' ? 'runtime' : 'other',
    retryable: false,
  }
}
