import { isTaskerError } from '../errors/tasker-error.js'

/** What the process ends with. */
export const exitCodes = {
  success: 0,
  /** The run, or what was asked for, failed. */
  failure: 1,
  /** The call could not be meant as it stands: an argument, the configuration, a name that does not exist. */
  wrongCall: 2,
} as const

/** Codes of errors that the caller can mend by calling otherwise, or by correcting the project. All others are failures. */
const wrongCalls: ReadonlySet<string> = new Set([
  'INVALID_ARGUMENT',
  'UNKNOWN_CHOICE',
  'COMMAND_NOT_YET',
  'CONFIGURATION_INVALID',
  'CONFIGURATION_LOAD_FAILED',
  'CONFIGURATION_FILE_NOT_FOUND',
  'MODULE_LOAD_FAILED',
  'MISSING_PACKAGE',
  'DISCOVERY_FAILED',
  'INVALID_REGISTRATION',
  'ALREADY_REGISTERED',
  'INVALID_EXTENSION',
  'PLUGIN_DEPENDENCY',
  'PLUGIN_OPTIONS_INVALID',
  'TASK_YAML_INVALID',
  'TASK_FILE_NOT_LOADED',
  'DATABASE_SCHEMA_NAME',
  'EMBEDDED_DATABASE_FOLDER',
  'UNKNOWN_HANDLER',
  'INVALID_HANDLER_NAME',
  'ENTRY_NOT_FOUND',
  'TASK_NOT_FOUND',
  'STEP_NOT_FOUND',
  'CONTEXT_INVALID',
  'RESULTS_INVALID',
  'NOT_STORABLE',
  'BYPASS_REFUSED',
  'UNKNOWN_EVENT',
  'LOG_POSITION',
  'PAGE_CURSOR',
  'PAGE_LIMIT',
  'UNKNOWN_EXPORT_SOURCE',
  'UNKNOWN_EXPORT_FORMAT',
  'INVALID_EXPORT_COLUMNS',
  'INVALID_EXPORT_FILTER',
  'INVALID_EXPORT_OPTIONS',
])

/** The exit code for what a command threw. */
export function exitCodeOf(error: unknown): number {
  return isTaskerError(error) && wrongCalls.has(error.code) ? exitCodes.wrongCall : exitCodes.failure
}
