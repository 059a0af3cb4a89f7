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
export const wrongCalls: ReadonlySet<string> = new Set([
  'INVALID_ARGUMENT',
  'UNKNOWN_CHOICE',
  'COMMAND_NOT_YET',
  'CONFIGURATION_INVALID',
  'CONFIGURATION_LOAD_FAILED',
  'CONFIGURATION_FILE_NOT_FOUND',
  'MODULE_LOAD_FAILED',
  'NODE_TOO_OLD',
  'MISSING_PACKAGE',
  'DISCOVERY_FAILED',
  'INVALID_REGISTRATION',
  'ALREADY_REGISTERED',
  'INVALID_EXTENSION',
  'PLUGIN_DEPENDENCY',
  'PLUGIN_OPTIONS_INVALID',
  'PLACE_NOT_FOUND',
  'NOTHING_EXPORTED',
  'PACKAGE_FILE_INVALID',
  'PACKAGE_BRINGS_NOTHING',
  'INVALID_SCHEMA',
  'TASK_YAML_INVALID',
  'TASK_FILE_NOT_LOADED',
  'NOTHING_EXPORTED',
  'PLACE_NOT_FOUND',
  'PACKAGE_BRINGS_NOTHING',
  'PACKAGE_ENTRY_INVALID',
  'PACKAGE_FILE_INVALID',
  'INVALID_NAME',
  'INVALID_TASK_VERSION',
  'INVALID_DEFINITION_OPTION',
  'UNKNOWN_DEFINITION_OPTION',
  'INVALID_STEP_HANDLER',
  'INVALID_SCHEMA',
  'MISSING_JSON_SCHEMA',
  'EMPTY_TASK',
  'DUPLICATE_STEP',
  'UNKNOWN_DEPENDENCY',
  'DEPENDENCY_CYCLE',
  'STEP_KIND_NOT_YET',
  'DUPLICATE_EVENT',
  'INVALID_EVENT_NAME',
  'RESERVED_EVENT_FAMILY',
  'UNKNOWN_HOOK',
  'DATABASE_SCHEMA_NAME',
  'EMBEDDED_DATABASE_FOLDER',
  'UNKNOWN_HANDLER',
  'INVALID_HANDLER_NAME',
  'ENTRY_NOT_FOUND',
  'TASK_NOT_FOUND',
  'STEP_NOT_FOUND',
  'INVALID_TASK_REQUEST',
  'CONTEXT_INVALID',
  'INVALID_TASK_REQUEST',
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
