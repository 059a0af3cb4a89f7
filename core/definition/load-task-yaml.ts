import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { DefinedTask } from '../contracts/task-definition.js'
import { TaskFileNotLoadedError, TaskYamlError, type YamlProblem } from '../errors/task-yaml-errors.js'
import { type ParseTaskYamlOptions, type TaskOfReadingOptions, taskOfReading } from './parse-task-yaml.js'
import type { TaskYaml } from './task-yaml-schema.js'
import { YamlSource } from './yaml-source.js'
import { readTaskYaml, type TaskYamlReading } from './yaml-structure.js'

export interface LoadTaskYamlOptions extends Omit<ParseTaskYamlOptions, 'file'> {
  /** Loads a module by its absolute path and gives its exports. */
  readonly loadModule: (path: string) => Promise<object> | object
}

/**
 * Reads a `*.task.yaml` file, loads the modules that it names under `handlers`, relative to the file, and makes the task.
 *
 * `options.handlers` are looked up as well; a module's export of the same name wins.
 *
 * @throws TaskFileNotLoadedError, TaskYamlError
 * @example
 * const task = await loadTaskYaml('handlers/process_order.task.yaml', { environment: 'production', loadModule })
 */
export async function loadTaskYaml(file: string, options: LoadTaskYamlOptions): Promise<DefinedTask> {
  const source = new YamlSource(await readText(file), file)
  const reading = readTaskYaml(source)
  const handlers = await loadHandlers(reading.task, source, options.loadModule).catch((error: unknown) =>
    throwWithTheRest(error, reading, { ...options, source }),
  )
  return taskOfReading(reading, { ...options, source, handlers: { ...options.handlers, ...handlers } })
}

/** Which handlers there are cannot be said; all else that is wrong can. */
function throwWithTheRest(error: unknown, reading: TaskYamlReading, options: TaskOfReadingOptions): never {
  const { source } = options
  try {
    taskOfReading(reading, { ...options, handlers: 'unknown' })
  } catch (rest) {
    if (!(rest instanceof TaskYamlError)) throw rest
    throw new TaskYamlError(source.file, [...problemsOf(error, reading.task, source), ...rest.problems], error)
  }
  throw error
}

function problemsOf(error: unknown, task: TaskYaml, source: YamlSource): readonly YamlProblem[] {
  if (error instanceof TaskYamlError) return error.problems
  if (!(error instanceof TaskFileNotLoadedError)) throw error
  const index = [task.handlers ?? []].flat().indexOf(String(error.details.module))
  return [source.problem(Array.isArray(task.handlers) ? ['handlers', index] : ['handlers'], error.message)]
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new TaskFileNotLoadedError(file, { cause })
  }
}

async function loadHandlers(task: TaskYaml, source: YamlSource, loadModule: LoadTaskYamlOptions['loadModule']) {
  const named = [task.handlers ?? []].flat()
  const handlers: Record<string, unknown> = {}
  for (const [index, path] of named.entries()) {
    const exports = await load(source.file, path, loadModule)
    for (const [name, value] of Object.entries(exports)) {
      if (name !== 'default' && Object.hasOwn(handlers, name) && handlers[name] !== value) {
        const message = `${path} exports "${name}", and so does a module above; rename one of them`
        throw new TaskYamlError(source.file, [source.problem(['handlers', index], message)])
      }
      handlers[name] = value
    }
  }
  return handlers
}

async function load(file: string, named: string, loadModule: LoadTaskYamlOptions['loadModule']): Promise<object> {
  try {
    return await loadModule(resolve(dirname(file), named))
  } catch (cause) {
    throw new TaskFileNotLoadedError(file, { named, cause })
  }
}
