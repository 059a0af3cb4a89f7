import type { ChildTask } from '../contracts/task-definition.js'
import type { Command } from '../contracts/task-request.js'
import type { StepRecord, TaskRecord, TaskView } from '../workflow/task-record.js'
import { toErrorRecord } from './error-record.js'
import type { InboxItem } from './inbox.js'
import type { RunnerServices } from './runner-services.js'
import type { AttemptOutcome } from './step-attempt.js'

/** An attempt that has computed the context of a child. */
export interface ComputedChild {
  readonly task: TaskRecord
  readonly step: StepRecord
  readonly child: ChildTask
  readonly outcome: AttemptOutcome & { readonly ok: true }
  readonly waitMs: number
  /** The event that admitted the attempt. */
  readonly causationId: string
}

/** The steps of one run that are tasks of their own: what takes time is done beside the run, and comes back as something that came up. */
export class ChildSteps {
  readonly #services: Pick<RunnerServices, 'children' | 'log'>
  readonly #post: (item: InboxItem) => void

  constructor(services: Pick<RunnerServices, 'children' | 'log'>, post: (item: InboxItem) => void) {
    this.#services = services
    this.#post = post
  }

  /** Has the child run; a child that cannot be created fails the attempt. */
  begin({ task, step, child, outcome, waitMs, causationId }: ComputedChild): void {
    const begun = this.#services.children.begin({ task, step, child, context: outcome.results, causationId })
    begun.then(
      (existing) => this.#post({ kind: 'child_begun', stepName: step.name, attempt: step.attempts, child: existing }),
      (error: unknown) => {
        const { stepName, attempt, durationMs } = outcome
        const failure = { error: toErrorRecord(error), retryAfterMs: undefined, isEngineFailure: true }
        this.#post({ kind: 'ended', outcome: { stepName, attempt, durationMs, ok: false, ...failure }, waitMs })
      },
    )
  }

  /** Looks at the child of which a command says that it has ended. */
  look(command: Command): void {
    const childTaskId = String(command.args.childTaskId)
    this.#services.children.view(childTaskId).then(
      (child: TaskView | undefined) => this.#post({ kind: 'child_ended', command, childTaskId, child }),
      (err) => {
        const { taskId } = command
        this.#services.log.warn({ err, taskId, childTaskId }, 'a child task cannot be read; its end is looked at again')
      },
    )
  }
}
