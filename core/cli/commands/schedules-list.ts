import { Command } from 'commander'
import type { Schedule } from '../../contracts/schedule.js'
import type { Tasker } from '../../kernel/tasker.js'
import { scheduleDocument, scheduleTable } from '../schedule-text.js'
import type { Session } from '../session.js'

/** `schedules list`. */
export function schedulesListCommand(session: Session): Command {
  return new Command('list')
    .description('list the schedules by name')
    .option('--json', 'print an array and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker schedules list --json')
    .action(({ json = false }: { readonly json?: boolean }) => list(session, json))
}

async function list(session: Session, json: boolean): Promise<void> {
  const schedules = await session.withTasker({}, async (tasker) =>
    (await readAll(tasker)).map((schedule) => scheduleDocument(tasker, schedule)),
  )
  if (json) session.printJson(schedules)
  else if (schedules.length === 0) session.note('no schedules')
  else session.print(scheduleTable(schedules, { paint: session.paint, width: session.width }))
}

async function readAll(tasker: Tasker): Promise<readonly Schedule[]> {
  const schedules: Schedule[] = []
  for (let after: string | undefined; ; ) {
    const { items, next } = await tasker.schedules.list({ limit: 1000, ...(after === undefined ? {} : { after }) })
    schedules.push(...items)
    if (next === undefined) return schedules
    after = next
  }
}
