import { Command } from 'commander'
import type { BulkOptions, BulkReport } from '../../contracts/bulk.js'
import type { StepFilter } from '../../contracts/store.js'
import type { StepView } from '../../contracts/task-record.js'
import type { Tasker } from '../../kernel/tasker.js'
import { assertOne, type BulkCommandOptions, runBulkCommand, withBulk } from '../bulk-command.js'
import { type StepFilterOptions, stepFilterOf, withStepFilter } from '../filter-options.js'
import { paintState } from '../paint.js'
import { askedBy, withReason } from '../person-options.js'
import { readJson } from '../read-json.js'
import type { Session } from '../session.js'
import { stepText } from '../step-text.js'
import { maskedStep } from '../task-document.js'
import { parseStepReference } from '../task-reference.js'

interface StepOptions extends BulkCommandOptions, StepFilterOptions {
  /** Of `cancel`. */
  readonly propagate?: boolean
  /** Of `retry`. */
  readonly newKey?: boolean
  /** Of `resolve`. */
  readonly results?: string
}

type Reference = ReturnType<typeof parseStepReference>
type Act = (tasker: Tasker, step: Reference, options: StepOptions) => Promise<StepView>

/** `steps`: the life of steps. */
export function stepsCommand(session: Session): Command {
  const command = new Command('steps')
    .description('show, cancel, resolve, retry and skip steps')
    .addHelpText('after', '\nExample:\n  $ tasker steps retry 0197c0de-0000-7000-8000-000000000001 charge')
  command.addCommand(showCommand(session))
  command.addCommand(cancelCommand(session))
  command.addCommand(resolveCommand(session))
  command.addCommand(retryCommand(session))
  command.addCommand(skipCommand(session))
  return command
}

function showCommand(session: Session): Command {
  return stepCommand('show', 'show a step with its results').action((first, second, options: StepOptions) =>
    act(
      session,
      { first, second, options },
      (tasker, step) => tasker.steps.get(step),
      (step) => stepText(step, { paint: session.paint, width: session.width }),
    ),
  )
}

function cancelCommand(session: Session): Command {
  return manyCommand('cancel', 'cancel a step, and the steps that wait for it; or all that fit a filter')
    .option('--no-propagate', 'let the steps that wait for it run, as if it had been skipped')
    .action((first, second, options: StepOptions) => {
      const { propagate = true } = options
      return actOnOneOrMany(
        session,
        { first, second, options },
        {
          one: (tasker, step) => tasker.steps.cancel(step, { ...askedBy(session, options), propagate }),
          many: ({ steps }, filter, bulk) => steps.cancelMany(filter, { ...bulk, propagate }),
        },
      )
    })
}

function resolveCommand(session: Session): Command {
  return manyCommand('resolve', 'say that a step is settled by hand, with these results; or all that fit a filter')
    .option('--results <file|-|json>', 'its results: JSON, a file that holds them, or - for standard input')
    .action(async (first, second, options: StepOptions) => {
      const { results } = options
      const given = results === undefined ? {} : { results: await readJson('--results', results, session.terminal) }
      await actOnOneOrMany(
        session,
        { first, second, options },
        {
          one: (tasker, step) => tasker.steps.resolve(step, { ...askedBy(session, options), ...given }),
          many: ({ steps }, filter, bulk) => steps.resolveMany(filter, { ...bulk, ...given }),
        },
      )
    })
}

function retryCommand(session: Session): Command {
  return manyCommand('retry', 'run a failed step again; or all that fit a filter')
    .option('--new-key', 'with a new idempotency key, so that its effects happen again')
    .action((first, second, options: StepOptions) => {
      const { newKey = false } = options
      return actOnOneOrMany(
        session,
        { first, second, options },
        {
          one: (tasker, step) => tasker.steps.retry(step, { ...askedBy(session, options), newKey }),
          many: ({ steps }, filter, bulk) => steps.retryMany(filter, { ...bulk, newKey }),
        },
      )
    })
}

function skipCommand(session: Session): Command {
  return manyCommand('skip', 'go on without a step that is skippable; or without all that fit a filter').action(
    (first, second, options: StepOptions) =>
      actOnOneOrMany(
        session,
        { first, second, options },
        {
          one: (tasker, step) => tasker.steps.skip(step, askedBy(session, options)),
          many: ({ steps }, filter, bulk) => steps.skipMany(filter, bulk),
        },
      ),
  )
}

/** A command that is about one step, or by filters about many. */
function manyCommand(verb: string, description: string): Command {
  const command = new Command(verb)
    .description(description)
    .argument('[TASK_ID]', 'the task, or TASK_ID/STEP; or filters that say which steps')
    .argument('[STEP]', 'the name of the step')
    .option('--json', 'print the step and nothing else; of many the report')
    .addHelpText(
      'after',
      `\nExamples:\n  $ ${stepExample(verb)}\n  $ tasker steps ${verb} --system gateway --since 24h --dry-run`,
    )
  return withStepFilter(withBulk(withReason(command)))
}

type ActOnMany = (tasker: Tasker, filter: StepFilter, options: BulkOptions) => Promise<BulkReport>

async function actOnOneOrMany(
  session: Session,
  given: { readonly first: string | undefined; readonly second: string | undefined; readonly options: StepOptions },
  { one, many }: { readonly one: Act; readonly many: ActOnMany },
): Promise<void> {
  const { first, second, options } = given
  const filter = stepFilterOf(options)
  if (first === undefined) return runBulkCommand(session, options, (tasker, bulk) => many(tasker, filter, bulk))
  assertOne(filter, options, 'TASK_ID')
  await act(session, { first, second, options }, one)
}

function stepCommand(verb: string, description: string): Command {
  return new Command(verb)
    .description(description)
    .argument('<TASK_ID>', 'the task, or TASK_ID/STEP')
    .argument('[STEP]', 'the name of the step')
    .option('--json', 'print the step and nothing else')
    .addHelpText('after', `\nExample:\n  $ ${stepExample(verb)}`)
}

function stepExample(verb: string): string {
  const results = verb === 'resolve' ? ` --results '{"charged": 99.9}'` : ''
  return `tasker steps ${verb} 0197c0de-0000-7000-8000-000000000001 charge${results}`
}

async function act(
  session: Session,
  given: { readonly first: string; readonly second: string | undefined; readonly options: StepOptions },
  does: Act,
  text = (step: StepView) => `${step.name} of ${step.taskId} is ${paintState(step.state, session.paint)}`,
): Promise<void> {
  const reference = parseStepReference(given.first, given.second)
  const step = await session.withTasker({}, async (tasker) => {
    const done = await does(tasker, reference, given.options)
    const task = await tasker.tasks.get(reference.task)
    return maskedStep(tasker, task!, done)
  })
  if (given.options.json === true) session.printJson(step)
  else session.print(text(step))
}
