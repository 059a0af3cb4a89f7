import { Command } from 'commander'
import type { StepView } from '../../contracts/task-record.js'
import type { Tasker } from '../../kernel/tasker.js'
import { paintState } from '../paint.js'
import { askedBy, withReason } from '../person-options.js'
import { readJson } from '../read-json.js'
import type { Session } from '../session.js'
import { stepText } from '../step-text.js'
import { maskedStep } from '../task-document.js'
import { parseStepReference } from '../task-reference.js'

interface StepOptions {
  readonly json?: boolean
  readonly reason: string
  /** Of `cancel`. */
  readonly propagate?: boolean
  /** Of `retry`. */
  readonly newKey?: boolean
  /** Of `resolve`. */
  readonly results?: string
}

type Reference = ReturnType<typeof parseStepReference>
type Act = (tasker: Tasker, step: Reference, options: StepOptions) => Promise<StepView>

/** `steps`: the life of one step. */
export function stepsCommand(session: Session): Command {
  const command = new Command('steps')
    .description('show, cancel, resolve and retry one step')
    .addHelpText('after', '\nExample:\n  $ tasker steps retry 0197c0de-0000-7000-8000-000000000001 charge')
  command.addCommand(showCommand(session))
  command.addCommand(cancelCommand(session))
  command.addCommand(resolveCommand(session))
  command.addCommand(retryCommand(session))
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
  return withReason(stepCommand('cancel', 'cancel a step, and the steps that wait for it'))
    .option('--no-propagate', 'let the steps that wait for it run, as if it had been skipped')
    .action((first, second, options: StepOptions) =>
      act(session, { first, second, options }, (tasker, step, { propagate = true }) =>
        tasker.steps.cancel(step, { ...askedBy(session, options), propagate }),
      ),
    )
}

function resolveCommand(session: Session): Command {
  return withReason(stepCommand('resolve', 'say that a step is settled by hand, with these results'))
    .option('--results <file|-|json>', 'its results: JSON, a file that holds them, or - for standard input')
    .action(async (first, second, options: StepOptions) => {
      const { results } = options
      const given = results === undefined ? {} : { results: await readJson('--results', results, session.terminal) }
      await act(session, { first, second, options }, (tasker, step) =>
        tasker.steps.resolve(step, { ...askedBy(session, options), ...given }),
      )
    })
}

function retryCommand(session: Session): Command {
  return withReason(stepCommand('retry', 'run a failed step again'))
    .option('--new-key', 'with a new idempotency key, so that its effects happen again')
    .action((first, second, options: StepOptions) =>
      act(session, { first, second, options }, (tasker, step, { newKey = false }) =>
        tasker.steps.retry(step, { ...askedBy(session, options), newKey }),
      ),
    )
}

function stepCommand(verb: string, description: string): Command {
  const example = verb === 'resolve' ? ` --results '{"charged": 99.9}'` : ''
  return new Command(verb)
    .description(description)
    .argument('<TASK_ID>', 'the task, or TASK_ID/STEP')
    .argument('[STEP]', 'the name of the step')
    .option('--json', 'print the step and nothing else')
    .addHelpText('after', `\nExample:\n  $ tasker steps ${verb} 0197c0de-0000-7000-8000-000000000001 charge${example}`)
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
