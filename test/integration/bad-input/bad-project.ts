import assert from 'node:assert/strict'
import {
  type CreateTaskerOptions,
  createTasker,
  isTaskerError,
  type Logger,
  type TaskerError,
} from '../../../core/index.js'
import { ProjectOnDisk } from '../../unit/config/project-on-disk.js'

/** A line of the log that somebody should read. */
export interface LogLine {
  readonly level: 'warn' | 'error'
  readonly fields: object
  readonly message: string
}

/** A logger that keeps warnings and errors. */
export function keepingLogger(): Logger & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = []
  const keep =
    (level: LogLine['level']) =>
    (fields: object, message = '') =>
      void lines.push({ level, fields, message })
  const logger = {
    lines,
    debug: () => {},
    info: () => {},
    warn: keep('warn'),
    error: keep('error'),
    child: () => logger,
  }
  return logger
}

/** A project on disk whose configuration keeps its database in memory and finds everything in folders. */
export async function projectWith(files: Readonly<Record<string, string>>, settings = ''): Promise<ProjectOnDisk> {
  return ProjectOnDisk.with({ 'tasker.config.ts': configuration(Object.keys(files), settings), ...files })
}

function configuration(paths: readonly string[], settings: string): string {
  const kinds = ['handlers', 'subscribers', 'exporters', 'plugins'].filter((kind) =>
    paths.some((path) => path.startsWith(`${kind}/`)),
  )
  const folders = kinds.map((kind) => `  ${kind}: ['./${kind}'],`)
  const database = settings.includes('database:') ? [] : ["  database: { path: ':memory:' },"]
  return [
    "import { defineConfig } from 'tasker'",
    'export default defineConfig({',
    ...database,
    ...folders,
    settings,
    '} as never)',
    '',
  ].join('\n')
}

/** What a boot of the project fails with; it must be an error of Tasker. */
export async function bootError(project: ProjectOnDisk, options: CreateTaskerOptions = {}): Promise<TaskerError> {
  const logger = keepingLogger()
  try {
    const tasker = await createTasker(undefined, { cwd: project.directory, logger, ...options })
    await tasker.stop()
  } catch (error) {
    assert.ok(isTaskerError(error), `not an error of Tasker: ${(error as Error).stack}`)
    assert.deepEqual(logger.lines, [], 'what is thrown is not logged as well')
    return error as TaskerError
  }
  return assert.fail('the boot succeeded')
}

/** The code of an error of Tasker, and of the one below it. */
export function codesOf(error: TaskerError): readonly string[] {
  return [error.code, ...(isTaskerError(error.cause) ? codesOf(error.cause as TaskerError) : [])]
}

/** The error of Tasker that something rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<TaskerError> {
  const error = await promise.then(
    () => assert.fail('nothing was refused'),
    (reason: unknown) => reason,
  )
  assert.ok(isTaskerError(error), `not an error of Tasker: ${(error as Error).stack}`)
  return error as TaskerError
}
