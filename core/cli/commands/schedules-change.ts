import { Command } from 'commander'
import type { Schedule } from '../../contracts/schedule.js'
import { ScheduleNotFoundError } from '../../errors/schedule-errors.js'
import type { Tasker } from '../../kernel/tasker.js'
import { askedBy, withReason } from '../person-options.js'
import { scheduleDocument } from '../schedule-text.js'
import type { Session } from '../session.js'
import { momentText } from '../time-text.js'

const verbs = {
  pause: 'let the times of a schedule pass without tasks until it is resumed',
  resume: 'go on with the next time from now',
  remove: 'take a schedule away; its tasks stay',
} as const
type Verb = keyof typeof verbs

/** `schedules pause`, `schedules resume`, `schedules remove`. */
export function schedulesChangeCommands(session: Session): Command[] {
  return (Object.keys(verbs) as Verb[]).map((verb) => {
    const command = new Command(verb).description(verbs[verb]).argument('<NAME>')
    return withReason(command)
      .option('--json', 'print the schedule and nothing else')
      .addHelpText(
        'after',
        `\nExample:\n  $ tasker schedules ${verb} nightly-report --reason "the source is being moved"`,
      )
      .action((name: string, options: { readonly reason: string; readonly json?: boolean }) =>
        act(session, verb, name, options),
      )
  })
}

async function act(
  session: Session,
  verb: Verb,
  name: string,
  options: { readonly reason: string; readonly json?: boolean },
): Promise<void> {
  const by = askedBy(session, options)
  const schedule = await session.withTasker({}, async (tasker) =>
    scheduleDocument(tasker, await changed(tasker, verb, name, by)),
  )
  if (options.json === true) session.printJson(schedule)
  else session.print(textOf(verb, schedule))
}

async function changed(tasker: Tasker, verb: Verb, name: string, by: ReturnType<typeof askedBy>): Promise<Schedule> {
  if (verb !== 'remove') return tasker.schedules[verb](name, by)
  const schedule = await tasker.schedules.get(name)
  if (schedule === undefined || !(await tasker.schedules.remove(name, by)))
    throw new ScheduleNotFoundError(name, undefined)
  return schedule
}

function textOf(verb: Verb, { name, nextAt }: Schedule): string {
  if (verb === 'remove') return `schedule ${name} is removed`
  if (verb === 'pause') return `schedule ${name} is paused`
  return `schedule ${name} goes on${nextAt === null ? '' : ` at ${momentText(nextAt)} UTC`}`
}
