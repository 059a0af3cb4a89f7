import { Command } from 'commander'
import type { Session } from '../session.js'
import { textTable } from '../text-table.js'
import { momentText } from '../time-text.js'

/** `tasks pauses`. */
export function tasksPausesCommand(session: Session): Command {
  return new Command('pauses')
    .description('list the namespaces and task types that are paused; paused tasks are listed by --parked paused')
    .option('--json', 'print an array and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker tasks pauses')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const pauses = await session.withTasker({}, ({ tasks }) => tasks.pauses())
      if (json === true) return session.printJson(pauses)
      if (pauses.length === 0) return session.note('nothing is paused')
      const rows = pauses.map(({ key, pausedAt, actor, reason }) => [key, momentText(pausedAt), actor.id, reason])
      const { paint, width } = session
      session.print(textTable(['PAUSED', 'SINCE (UTC)', 'BY', 'REASON'], rows, { paint, width }))
    })
}
