import type { BulkOptions, BulkReport } from '../../contracts/bulk.js'
import type { StepFilter, StepWithTask, Store, TaskFilter } from '../../contracts/store.js'
import type { TaskRecord } from '../../contracts/task-record.js'
import type { CommandKind } from '../../contracts/task-request.js'
import type { CommandService } from '../command-service.js'
import { bulkStepFilter, bulkTaskFilter } from './bulk-filter.js'
import { type BulkTarget, runBulk } from './bulk-run.js'

type Args = Readonly<Record<string, unknown>>

/** Sends a command to all tasks, or all steps, that fit a filter. */
export class BulkService {
  readonly #store: Pick<Store, 'listTasks' | 'listSteps'>
  readonly #commands: CommandService

  constructor(store: Pick<Store, 'listTasks' | 'listSteps'>, commands: CommandService) {
    this.#store = store
    this.#commands = commands
  }

  async tasks(kind: CommandKind, filter: TaskFilter, options: BulkOptions = {}, args: Args = {}): Promise<BulkReport> {
    const chosen = bulkTaskFilter(kind, filter, options)
    return runBulk(
      {
        kind,
        list: async (page) => {
          const { items, ...rest } = await this.#store.listTasks(chosen, page)
          return { ...rest, items: items.map(taskTarget) }
        },
        act: ({ taskId }) => this.#commands.send({ ...asked(options), kind, taskId, args }),
      },
      options,
    )
  }

  /** Of steps that cannot be skipped none is. */
  async steps(kind: CommandKind, filter: StepFilter, options: BulkOptions = {}, args: Args = {}): Promise<BulkReport> {
    const chosen = bulkStepFilter(kind, filter, options)
    const isMeant = ({ step }: StepWithTask) => kind !== 'step.skip' || step.skippable
    return runBulk(
      {
        kind,
        list: async (page) => {
          const { items, ...rest } = await this.#store.listSteps(chosen, page)
          return { ...rest, items: items.filter(isMeant).map(stepTarget) }
        },
        act: ({ taskId, step }) => this.#commands.send({ ...asked(options), kind, taskId, stepName: step!, args }),
      },
      options,
    )
  }
}

function asked({ reason, actor }: BulkOptions) {
  return { ...(reason === undefined ? {} : { reason }), ...(actor === undefined ? {} : { actor }) }
}

function taskTarget({ id, namespace, name, version, state }: TaskRecord): BulkTarget {
  return { taskId: id, namespace, name, version, state }
}

function stepTarget({ task, step }: StepWithTask): BulkTarget {
  const { id, namespace, name, version } = task
  return { taskId: id, step: step.name, namespace, name, version, state: step.state }
}
