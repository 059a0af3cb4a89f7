import { Command } from 'commander'
import type { ResolvedConfig } from '../../config/resolved-config.js'
import type { Tasker } from '../../kernel/tasker.js'
import { DEFAULT_VERSION, formatHandlerName } from '../../registry/handler-name.js'
import { loadProjectConfig } from '../open-tasker.js'
import { collectList } from '../option-parsers.js'
import { checkConfigFile, checkFormat, checkName } from '../scaffold/generate/check-names.js'
import { configFiles } from '../scaffold/generate/config-files.js'
import { exporterFiles } from '../scaffold/generate/exporter-files.js'
import { assertFreeFormats, assertFreeName } from '../scaffold/generate/free-names.js'
import type { Generation } from '../scaffold/generate/generation.js'
import { handlerFiles } from '../scaffold/generate/handler-files.js'
import { checkPattern, type DeclaredEvent } from '../scaffold/generate/heard-events.js'
import { kindFolder } from '../scaffold/generate/kind-folder.js'
import { newTask, withDistinctFunctions } from '../scaffold/generate/new-task.js'
import { pluginFiles } from '../scaffold/generate/plugin-files.js'
import { subscriberFiles } from '../scaffold/generate/subscriber-files.js'
import { taskYamlFiles } from '../scaffold/generate/task-yaml-files.js'
import { assertNew, writeNewFiles } from '../scaffold/write-new-files.js'
import type { Session } from '../session.js'

interface CommonOptions {
  readonly dryRun?: boolean
  readonly json?: boolean
}

interface HandlerOptions extends CommonOptions {
  readonly steps?: readonly string[]
  readonly version?: string
  readonly description?: string
  readonly yaml?: boolean
}

interface SubscriberOptions extends CommonOptions {
  readonly events?: readonly string[]
  readonly durable?: boolean
}

/** `generate`: code that works and a test that passes, in the folders of the project. */
export function generateCommand(session: Session): Command {
  const command = new Command('generate')
    .description('write a handler, subscriber, exporter, plugin or configuration with a test that passes')
    .addHelpText('after', '\nExample:\n  $ tasker generate handler payments/refund --steps check,pay_back')
  for (const each of [handlerCommand(session), subscriberCommand(session), exporterCommand(session)]) {
    command.addCommand(each)
  }
  return command.addCommand(pluginCommand(session)).addCommand(configFileCommand(session))
}

function handlerCommand(session: Session): Command {
  return command('handler', 'write a task and a test')
    .argument('<NAMESPACE/NAME>', 'the task; the namespace is its folder')
    .option(
      '--steps <list>',
      'names of its steps, each depending on the one before (default: begin,finish)',
      collectList,
    )
    .option('--version <version>', `its version (default: ${DEFAULT_VERSION})`)
    .option('--description <text>', 'what it does')
    .option('--yaml', 'a *.task.yaml, and a module with its handlers')
    .addHelpText('after', '\nExample:\n  $ tasker generate handler payments/refund --steps check,pay_back --yaml')
    .action((reference: string, options: HandlerOptions) =>
      generate(
        session,
        'handler',
        options,
        async (config) => {
          const task = newTask(reference, options)
          const folder = await kindFolder('handler', config)
          return options.yaml === true ? taskYamlFiles(withDistinctFunctions(task), folder) : handlerFiles(task, folder)
        },
        (tasker) => {
          const { namespace, name, version } = newTask(reference, options)
          assertFreeName(tasker, 'handler', formatHandlerName({ namespace, name, version }))
        },
      ),
    )
}

function subscriberCommand(session: Session): Command {
  return command('subscriber', 'write a subscriber and a test')
    .argument('<NAME>', 'its name')
    .option(
      '--events <patterns>',
      "what it hears: names of events, 'task.*' (default: task.completed,task.failed)",
      collectList,
    )
    .option('--durable', 'it hears the log, by a cursor of its own, and misses nothing')
    .addHelpText('after', "\nExample:\n  $ tasker generate subscriber pager --events 'task.failed,order.*'")
    .action(
      (name: string, { events = ['task.completed', 'task.failed'], durable = false, ...options }: SubscriberOptions) =>
        generate(
          session,
          'subscriber',
          options,
          async (config) => {
            const folder = await kindFolder('subscriber', config)
            const customEvents = await declaredEvents(session)
            const patterns = [...new Set(events)]
            for (const pattern of patterns) checkPattern(pattern, customEvents, durable)
            return subscriberFiles({ name: checkName('subscriber', name), patterns, durable, customEvents }, folder)
          },
          (tasker) => assertFreeName(tasker, 'subscriber', name),
        ),
    )
}

function exporterCommand(session: Session): Command {
  return command('exporter', 'write an exporter and a test')
    .argument('<NAME>', 'its name')
    .option('--format <formats>', 'formats that it serves (default: its name)', collectList)
    .addHelpText('after', '\nExample:\n  $ tasker generate exporter markdown --format md,markdown')
    .action((name: string, { format = [], ...options }: CommonOptions & { readonly format?: readonly string[] }) =>
      generate(
        session,
        'exporter',
        options,
        async (config) => {
          return exporterFiles(
            { name: checkName('exporter', name), formats: formatsOf(name, format) },
            await kindFolder('exporter', config),
          )
        },
        (tasker) => {
          assertFreeName(tasker, 'exporter', name)
          assertFreeFormats(tasker, formatsOf(name, format))
        },
      ),
    )
}

function pluginCommand(session: Session): Command {
  return command('plugin', 'write a plugin and a test')
    .argument('<NAME>', 'its name')
    .addHelpText('after', '\nExample:\n  $ tasker generate plugin backlog')
    .action((name: string, options: CommonOptions) =>
      generate(
        session,
        'plugin',
        options,
        async (config) => pluginFiles(checkName('plugin', name), await kindFolder('plugin', config)),
        (tasker) => assertFreeName(tasker, 'plugin', name),
      ),
    )
}

function configFileCommand(session: Session): Command {
  return command('config', 'write a configuration with its folders, and a test')
    .argument('[FILE]', 'its name', 'tasker.config.ts')
    .addHelpText('after', '\nExample:\n  $ tasker generate config')
    .action((file: string, options: CommonOptions) =>
      write(session, 'config', options, process.cwd(), () => configFiles(process.cwd(), checkConfigFile(file))),
    )
}

function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--dry-run', 'only say which files it would write')
    .option('--json', 'print {kind, files, dryRun} and nothing else')
}

/** In lower case, as formats are found; each once. */
function formatsOf(name: string, given: readonly string[]): readonly string[] {
  return [...new Set((given.length === 0 ? [name] : given).map((format) => checkFormat(format).toLowerCase()))]
}

/** Writes into the project of the configuration what is not there yet: neither its files, nor, under its name, anywhere. */
async function generate(
  session: Session,
  kind: string,
  options: CommonOptions,
  make: (config: ResolvedConfig) => Promise<Generation>,
  assertFree: (tasker: Tasker) => void,
): Promise<void> {
  const config = await loadProjectConfig(session.globals)
  await write(session, kind, options, config.directory, async () => {
    const files = await make(config)
    await assertNew(config.directory, files)
    await session.withTasker({ purpose: 'look' }, async (tasker) => assertFree(tasker))
    return files
  })
}

async function write(
  session: Session,
  kind: string,
  { dryRun = false, json = false }: CommonOptions,
  directory: string,
  make: () => Promise<Generation>,
): Promise<void> {
  const files = await make()
  await (dryRun ? assertNew(directory, files) : writeNewFiles(directory, files))
  const paths = files.map(({ path }) => path)
  if (json) return session.printJson({ kind, files: paths, dryRun })
  session.print(`${dryRun ? 'Would write' : 'Wrote'}:\n${paths.map((path) => `  ${path}`).join('\n')}`)
}

/** Custom events, those that handlers declare included: a subscriber to one that nobody declares would be refused. */
function declaredEvents(session: Session): Promise<readonly DeclaredEvent[]> {
  return session.withTasker({ purpose: 'look' }, async ({ events }) =>
    events.customEvents.map(({ name, durable }) => ({ name, durable })),
  )
}
