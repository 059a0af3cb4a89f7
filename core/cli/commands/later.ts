import { Command } from 'commander'
import { CommandNotYetError } from '../../errors/cli-errors.js'

/** A command whose name is settled and that comes in a later version; until then it says what to do instead. */
export function laterCommand(
  name: string,
  path: string,
  description: string,
  { meanwhile, example }: { readonly meanwhile: string; readonly example: string },
): Command {
  return new Command(name)
    .description(`${description} (in a later version)`)
    .argument('[arguments...]')
    .allowUnknownOption()
    .addHelpText(
      'after',
      `\nThis command comes in a later version. ${meanwhile}\n\nExample, in that version:\n  $ tasker ${path} ${example}`.trimEnd(),
    )
    .action(() => {
      throw new CommandNotYetError(path, meanwhile)
    })
}
