import type { Command } from 'commander'
import type { TaskRequest } from '../contracts/task-request.js'
import { parseHandlerName } from '../registry/handler-name.js'
import { callerAsActor } from './caller.js'
import { collectList, parseDuration, parseInteger, parseMoment } from './option-parsers.js'
import { readJson } from './read-json.js'
import type { Terminal } from './terminal.js'

/** What may be said of a new task on the command line. */
export interface TaskOptions {
  readonly context?: string
  readonly reason?: string
  readonly initiator?: string
  readonly sourceSystem?: string
  readonly priority?: number
  readonly tags?: readonly string[]
  readonly bypass?: readonly string[]
  readonly runAt?: string
  readonly correlationId?: string
  readonly identity?: string
  readonly timeout?: number
}

/** Adds the options of a new task to a command. */
export function withTaskOptions(command: Command): Command {
  return command
    .option('-c, --context <file|-|json>', 'context of the task: JSON, a file that holds it, or - for standard input')
    .option('--reason <text>', 'why the task is created')
    .option('--initiator <name>', 'who asks for it (default: you)')
    .option('--source-system <name>', 'which system asks for it')
    .option('--priority <number>', 'higher runs first', (text) => parseInteger('--priority', text))
    .option('--tags <list>', 'labels, separated by commas', collectList)
    .option('--bypass <steps>', 'steps that count as done without being run, separated by commas', collectList)
    .option('--correlation-id <text>', 'what its events carry to tell what belongs together')
    .option('--identity <text>', 'what makes the request one of a kind; a second one gets the task of the first')
}

/** Adds what limits the time of a task, for commands that do not wait for it. */
export function withTimeOptions(command: Command): Command {
  return command
    .option('--run-at <moment>', 'not before this time: 2026-03-01T10:00:00Z', (text) => parseMoment('--run-at', text))
    .option('--timeout <duration>', 'time limit of the task: 500ms, 30s, 5m, 2h', parseTimeout)
}

/** The value of `--timeout`, in milliseconds. */
export function parseTimeout(text: string): number {
  return parseDuration('--timeout', text)
}

/** The request that a handler's name and the options of a command make. */
export async function taskRequest(name: string, options: TaskOptions, terminal: Terminal): Promise<TaskRequest> {
  const { context, tags, bypass, timeout, initiator = callerAsActor(terminal.environment).id } = options
  const { reason, sourceSystem = 'command line', priority, runAt, correlationId, identity } = options
  const request = {
    ...parseHandlerName(name),
    context: context === undefined ? undefined : await readJson('--context', context, terminal),
    ...{ initiator, sourceSystem, reason, priority, runAt, correlationId, identity },
    tags,
    bypassSteps: bypass,
    timeoutMs: timeout,
  }
  return Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined),
  ) as unknown as TaskRequest
}
