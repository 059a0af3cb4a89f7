import { PassThrough } from 'node:stream'
import type { Argument, Command } from 'commander'
import { createProgram } from '../../../core/cli/program.js'
import { Session } from '../../../core/cli/session.js'
import { markdownTable } from './markdown-table.js'

/** The commands and their options, as the program itself knows them. */
export function cliPart(): string {
  const program = createProgram(new Session(silentTerminal()), '0.0.0')
  const shared = new Set(program.options.map(({ long }) => long))
  const commands = leaves(program).map(({ path, command }) => {
    const options = command.options.filter(({ long, hidden }) => !shared.has(long) && !hidden)
    const usage = [path, ...command.registeredArguments.map(argumentText)].join(' ')
    const rows = options.map(({ flags, description }) => [`\`${flags}\``, description])
    const table = rows.length === 0 ? '' : `\n\n${markdownTable(['option', 'what it is'], rows)}`
    return `### \`tasker ${usage}\`\n\n${capitalized(command.description())}.${table}`
  })
  const everywhere = program.options.map(({ flags, description }) => [`\`${flags}\``, description])
  return [`### Everywhere\n\n${markdownTable(['option', 'what it is'], everywhere)}`, ...commands].join('\n\n')
}

function leaves(command: Command, path = ''): { readonly path: string; readonly command: Command }[] {
  const below = command.commands.filter((each) => each.name() !== 'help')
  if (below.length === 0) return [{ path, command }]
  return below.flatMap((each) => leaves(each, `${path} ${each.name()}`.trim()))
}

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function silentTerminal() {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  return { stdin, stdout, stderr, environment: {}, onSignal: () => () => {}, exit: () => {} }
}
