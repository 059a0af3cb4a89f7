import { Command } from 'commander'
import { nearestName } from '../../errors/nearest-name.js'
import { ScheduleNotFoundError } from '../../errors/schedule-errors.js'
import { scheduleDocument, scheduleText } from '../schedule-text.js'
import type { Session } from '../session.js'

/** `schedules show`. */
export function schedulesShowCommand(session: Session): Command {
  return new Command('show')
    .description('show a schedule: when it is due, what it creates, what became of it')
    .argument('<NAME>')
    .option('--json', 'print the schedule and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker schedules show nightly-report')
    .action((name: string, { json = false }: { readonly json?: boolean }) => show(session, name, json))
}

async function show(session: Session, name: string, json: boolean): Promise<void> {
  const schedule = await session.withTasker({}, async (tasker) => {
    const found = await tasker.schedules.get(name)
    if (found !== undefined) return scheduleDocument(tasker, found)
    const { items } = await tasker.schedules.list({ limit: 1000 })
    const names = items.map((each) => each.name)
    throw new ScheduleNotFoundError(name, nearestName(name, names))
  })
  if (json) session.printJson(schedule)
  else session.print(scheduleText(schedule, { paint: session.paint, width: session.width }))
}
