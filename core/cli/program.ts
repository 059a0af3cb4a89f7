import { Command, Option } from 'commander'
import { configCommand } from './commands/config.js'
import { dbCommand } from './commands/db.js'
import { deadLettersCommand } from './commands/dead-letters.js'
import { dependentSystemsCommand } from './commands/dependent-systems.js'
import { eventsCommand } from './commands/events.js'
import { exportCommand } from './commands/export.js'
import { exportsCommand } from './commands/exports.js'
import { generateCommand } from './commands/generate.js'
import { graphCommand } from './commands/graph.js'
import { initCommand } from './commands/init.js'
import { limitsCommand } from './commands/limits.js'
import { namespacesCommand } from './commands/namespaces.js'
import { registryCommands } from './commands/registries.js'
import { runCommand } from './commands/run.js'
import { schedulesCommand } from './commands/schedules.js'
import { startCommand } from './commands/start.js'
import { stepsCommand } from './commands/steps.js'
import { subscriptionsCommand } from './commands/subscriptions.js'
import { tasksCommand } from './commands/tasks.js'
import { verifyCommand } from './commands/verify.js'
import type { GlobalOptions } from './global-options.js'
import type { Session } from './session.js'

/** The whole command line. It neither ends the process nor writes anywhere but to the session's terminal. */
export function createProgram(session: Session, version: string): Command {
  const program = new Command('tasker')
    .description('Runs multi-step business processes durably.')
    .version(version, '-V, --version', 'print the version')
    .usage('<command> [options]')
    .enablePositionalOptions()
    .addHelpText(
      'after',
      '\nExample:\n  $ tasker run payments/process_order --context \'{"orderId": 1}\'\n\n`tasker <command> --help` tells more.',
    )
  addCommands(program, session)
  for (const group of program.commands) group.helpCommand(false)
  for (const command of everyCommand(program)) prepare(command, session)
  program.hook('preAction', (_, action) => {
    session.globals = globalsOf(action)
  })
  return program
}

function addCommands(program: Command, session: Session): void {
  const add = (group: string, commands: readonly Command[]) => {
    program.commandsGroup(group)
    for (const command of commands) program.addCommand(command)
  }
  add('Run:', [runCommand(session), startCommand(session)])
  const people = [tasksCommand(session), stepsCommand(session), schedulesCommand(session)]
  const acting = [...people, namespacesCommand(session), dependentSystemsCommand(session), limitsCommand(session)]
  const listening = [eventsCommand(session), subscriptionsCommand(session), deadLettersCommand(session)]
  add('Look and act:', [...acting, ...listening, exportCommand(session), exportsCommand(session)])
  add('The project:', [...registryCommands(session), graphCommand(session), configCommand(session)])
  add('Upkeep:', [dbCommand(session), verifyCommand(session)])
  add('New code:', [generateCommand(session), initCommand(session)])
  program.commandsGroup('Help:').helpCommand('help [command]', 'tell more about a command')
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)]
}

/** What all commands share. Each takes the global options itself, so that they may stand anywhere after its name. */
function prepare(command: Command, { terminal }: Session): void {
  command
    .optionsGroup('Everywhere:')
    .addOption(new Option('--config <file>', 'the configuration file (default: tasker.config.ts in this folder)'))
    .addOption(
      new Option('--env <name>', 'the environment whose settings hold (default: TASKER_ENV, NODE_ENV, development)'),
    )
    .addOption(new Option('--verbose', 'log more, and tell where an error comes from'))
    .addOption(new Option('--no-color', 'no colours, also on a terminal'))
    .helpOption('-h, --help', 'tell more')
    .configureHelp({ subcommandTerm })
    .exitOverride()
    .showHelpAfterError(`See \`${pathOf(command)} --help\`.`)
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      getOutHelpWidth: () => terminal.stdout.columns ?? 100,
      getErrHelpWidth: () => terminal.stderr.columns ?? 100,
    })
}

/** `tasks <command>`, `graph <NAMESPACE/NAME[@RANGE]>`: that there are options goes without saying. */
function subcommandTerm(command: Command): string {
  const parameters = command.registeredArguments.map((parameter) => {
    const text = `${parameter.name()}${parameter.variadic ? '...' : ''}`
    return parameter.required ? `<${text}>` : `[${text}]`
  })
  const isGroup = command.commands.length > 0
  return [command.name(), ...(isGroup ? ['<command>'] : parameters)].join(' ')
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
}

/** The innermost value of each, because whoever gives one twice means the one nearer to the command. */
function globalsOf(action: Command): GlobalOptions {
  const chain: Command[] = []
  for (let command: Command | null = action; command !== null; command = command.parent) chain.push(command)
  const given = chain.map((command) => command.opts<Partial<GlobalOptions>>())
  const config = given.find((options) => options.config !== undefined)?.config
  const env = given.find((options) => options.env !== undefined)?.env
  return {
    verbose: given.some((options) => options.verbose === true),
    color: given.every((options) => options.color !== false),
    ...(config === undefined ? {} : { config }),
    ...(env === undefined ? {} : { env }),
  }
}
