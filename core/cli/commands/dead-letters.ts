import { Command } from 'commander'
import type { DeadLetter, DeadLetterFilter } from '../../contracts/subscription.js'
import { InvalidArgumentError } from '../../errors/cli-errors.js'
import type { Tasker } from '../../kernel/tasker.js'
import { parseInteger, parseMoment } from '../option-parsers.js'
import { askedBy, withReason } from '../person-options.js'
import type { Session } from '../session.js'
import { deadLetterDocument, deadLetterTable, deadLetterText } from '../subscription-text.js'
import { parseTaskId } from '../task-reference.js'

interface FilterOptions {
  readonly subscriber?: string
  readonly task?: string
  readonly event?: string
  readonly before?: string
  readonly json?: boolean
}

/** `dead-letters`: events that durable subscribers could not handle. */
export function deadLettersCommand(session: Session): Command {
  const command = new Command('dead-letters')
    .description('look at the events that durable subscribers could not handle, deliver them again, or forget them')
    .addHelpText('after', '\nExamples:\n  $ tasker dead-letters list\n  $ tasker dead-letters retry --subscriber audit')
  command.addCommand(listCommand(session))
  command.addCommand(showCommand(session))
  command.addCommand(actCommand(session, 'retry', 'deliver events again', 'delivered again'))
  command.addCommand(actCommand(session, 'discard', 'forget events that nobody wants handled', 'forgotten'))
  return command
}

function withFilter(command: Command): Command {
  return command
    .option('--subscriber <name>', 'of this durable subscriber')
    .option('--task <id>', 'of this task', parseTaskId)
    .option('--event <name>', 'events of this name')
    .option('--before <moment>', 'that failed before: 2026-03-01, or how long ago, 2h', (text) =>
      parseMoment('--before', text),
    )
}

function filterOf({ subscriber: subscription, task: taskId, event, before }: FilterOptions): DeadLetterFilter {
  const given = Object.entries({ subscription, taskId, event, before }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given)
}

function listCommand(session: Session): Command {
  return withFilter(new Command('list').description('list dead letters, the oldest first'))
    .option('--limit <number>', 'at most so many (default: 100)', (text) => parseInteger('--limit', text, 1))
    .option('--json', 'print an array and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker dead-letters list --subscriber audit')
    .action(async ({ limit = 100, json, ...options }: FilterOptions & { readonly limit?: number }) => {
      const letters = await session.withTasker({}, async (tasker) => {
        const { items } = await tasker.subscriptions.deadLetters.list(filterOf(options), { limit })
        return items.map((letter) => deadLetterDocument(tasker, letter))
      })
      if (json === true) session.printJson(letters)
      else if (letters.length === 0) session.note('no dead letters')
      else session.print(deadLetterTable(letters, { paint: session.paint, width: session.width }))
    })
}

function showCommand(session: Session): Command {
  return new Command('show')
    .description('show a dead letter with its error and its payload')
    .argument('<ID>')
    .option('--json', 'print an object and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker dead-letters show 0197c0de-0000-7000-8000-000000000001')
    .action(async (id: string, { json }: { readonly json?: boolean }) => {
      const letter = await session.withTasker({}, (tasker) => requireLetter(tasker, parseId(id)))
      if (json === true) session.printJson(letter)
      else session.print(deadLetterText(letter, { paint: session.paint, width: session.width }))
    })
}

function actCommand(session: Session, verb: 'retry' | 'discard', description: string, done: string): Command {
  const command = new Command(verb)
    .description(description)
    .argument('[IDS...]', 'these, or those that the options select')
  return withReason(withFilter(command), 'why; stands among the changes')
    .option('--json', 'print {count} and nothing else')
    .addHelpText(
      'after',
      `\nExample:\n  $ tasker dead-letters ${verb} --subscriber audit --reason "the target is back"`,
    )
    .action(async (ids: readonly string[], options: FilterOptions & { readonly reason: string }) => {
      const filter = { ...filterOf(options), ...(ids.length === 0 ? {} : { ids: ids.map(parseId) }) }
      const by = askedBy(session, options)
      const count = await session.withTasker({}, (tasker) => tasker.subscriptions.deadLetters[verb](filter, by))
      if (options.json === true) session.printJson({ count })
      else session.print(count === 1 ? `1 dead letter is ${done}` : `${count} dead letters are ${done}`)
    })
}

async function requireLetter(tasker: Tasker, id: string): Promise<DeadLetter> {
  const letter = await tasker.subscriptions.deadLetters.get(id)
  if (letter !== undefined) return deadLetterDocument(tasker, letter)
  throw new InvalidArgumentError('ID', 'there is no such dead letter', {
    expected: 'the id of a dead letter: `tasker dead-letters list` shows them',
    received: JSON.stringify(id),
  })
}

function parseId(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text
  throw new InvalidArgumentError('ID', 'it is not an id', {
    expected: 'a UUID: `tasker dead-letters list` shows those of the dead letters',
    received: JSON.stringify(text),
  })
}
