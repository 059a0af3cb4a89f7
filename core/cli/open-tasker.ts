import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskerSettingsInput } from '../config/config-input.js'
import type { ConfigValues } from '../config/config-schema.js'
import { loadConfig } from '../config/load-config.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { Logger } from '../contracts/logger.js'
import { isTaskerError } from '../errors/tasker-error.js'
import type { Tasker } from '../kernel/tasker.js'
import type { GlobalOptions } from './global-options.js'
import { painter } from './paint.js'
import type { OutputStream, Terminal } from './terminal.js'
import { terminalLogger } from './terminal-logger.js'

export interface OpenOptions {
  /**
   * What for:
   * - `work`: as a worker, which refuses to be a guest of another.
   * - `create`: to create tasks; what the project names must load.
   * - `operate` (default): to look at tasks and to command them, also where a handler of the project does not load.
   * - `look`: to look at what is registered, refusals included; without a database, so that it is quick and nobody is kept from it.
   */
  readonly purpose?: 'work' | 'create' | 'operate' | 'look'
  /** The level of the log where nobody says another. Default `warn`. */
  readonly logLevel?: 'info' | 'warn'
  /** The view that shows tasks and their failures in this call, so that the log need not, and must not write across it. */
  readonly view?: LogSink | undefined
  /** Leaves the tables as they are. */
  readonly skipMigrations?: boolean
}

/** What writes lines of the log where they do not disturb what is drawn. */
export interface LogSink {
  writeAbove(text: string): void
}

type LogLevel = ConfigValues['logging']['level']

/** How long a command waits for another one that has the embedded database open for a moment, in milliseconds. */
const patienceMs = 15_000
const lookIntervalMs = 150

/**
 * Opens Tasker as the command line uses it: with the configuration that is found or named, as a guest where another process
 * holds the embedded database, and with a log that does not get into the output.
 */
export async function openTasker(session: OpeningSession, options: OpenOptions = {}): Promise<Tasker> {
  const { globals } = session
  const { purpose = 'operate', skipMigrations = false } = options
  const config = await loadProjectConfig(globals)
  const logging = logSettings(config, globals, options)
  const overrides = { logging, ...(options.view === undefined ? {} : withoutEventLog(config)) }
  // Loaded here, so that what needs no Tasker, such as --help, does not wait for it.
  const { createTasker } = await import('../kernel/create-tasker.js')
  const create = () =>
    createTasker(undefined, {
      ...(globals.config === undefined ? {} : { configFile: globals.config }),
      ...environment(globals),
      attach: purpose !== 'work',
      onRefusal: purpose === 'operate' || purpose === 'look' ? 'collect' : 'throw',
      skipMigrations,
      withoutDatabase: purpose === 'look',
      overrides,
      ...loggerOf(session, config, logging.level, options.view),
    })
  return purpose === 'work' ? create() : patiently(create)
}

/** A holder that is just opening the folder, or just leaving it, cannot take guests yet, or no more. */
async function patiently(create: () => Promise<Tasker>): Promise<Tasker> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    try {
      return await create()
    } catch (error) {
      const isTaken = isTaskerError(error) && error.code === 'EMBEDDED_DATABASE_IN_USE'
      if (!isTaken || performance.now() > deadline) throw error
      await sleep(lookIntervalMs)
    }
  }
}

/** What opening needs to know of a call. */
export interface OpeningSession {
  readonly globals: GlobalOptions
  readonly terminal: Terminal
  usesColours(stream: OutputStream): boolean
}

/** The configuration of the project, as the command line was told to find it. */
export function loadProjectConfig(globals: GlobalOptions): Promise<ResolvedConfig> {
  return loadConfig({ ...(globals.config === undefined ? {} : { file: globals.config }), ...environment(globals) })
}

function environment({ env }: GlobalOptions): { readonly environment?: string } {
  return env === undefined ? {} : { environment: env }
}

/** The output belongs to the command's answer, so a log that is configured to go there goes to standard error. */
function logSettings({ values, sources }: ResolvedConfig, { verbose }: GlobalOptions, options: OpenOptions) {
  const { purpose = 'operate', logLevel = 'warn' } = options
  const configured = 'logging.level' in sources ? values.logging.level : undefined
  const isWorking = purpose === 'work' || purpose === 'create'
  // A command that only looks or commands says itself what went wrong; the level that is meant for workers would say it again.
  const quiet = isWorking || isTalkative(configured) ? (configured ?? logLevel) : 'silent'
  const level: LogLevel = verbose ? 'debug' : quiet
  const isToOutput = values.logging.destination === 'stdout' && purpose !== 'work'
  return { level, ...(isToOutput ? { destination: 'stderr' } : {}) }
}

function isTalkative(level: LogLevel | undefined): boolean {
  return level === 'trace' || level === 'debug' || level === 'info'
}

/** What the subscriber that logs events has to say is shown as it happens, in a form that people can read. */
function withoutEventLog({ values }: ResolvedConfig): TaskerSettingsInput {
  return { discovery: { disable: [...values.discovery.disable, 'logging'] } }
}

/** For a person, who did not ask for the log of a program, lines that a person can read. */
function loggerOf(
  session: OpeningSession,
  { values, sources }: ResolvedConfig,
  level: LogLevel,
  view: LogSink | undefined,
): { readonly logger?: Logger } {
  const { stderr } = session.terminal
  const isChosen = 'logging.format' in sources || 'logging.destination' in sources
  if (stderr.isTTY !== true || isChosen) return {}
  const write = (line: string) => (view === undefined ? void stderr.write(`${line}\n`) : view.writeAbove(line))
  return {
    logger: terminalLogger({ level, filter: values.filter, paint: painter(session.usesColours(stderr)), write }),
  }
}
