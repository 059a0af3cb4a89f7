import type { Clock } from '../../contracts/clock.js'
import type { KeyOfTasks } from '../../contracts/limits.js'
import type { Logger } from '../../contracts/logger.js'
import type { ClaimedTask, Store } from '../../contracts/store.js'
import type { TaskDefinition } from '../../contracts/task-definition.js'
import type { TaskRecord } from '../../contracts/task-record.js'
import type { Mailbox } from '../mailbox.js'
import type { ServedTasks } from '../served-tasks.js'
import { unbegunSteps } from '../unbegun-steps.js'

export interface KeyClaimsServices {
  readonly store: Store
  readonly mailbox: Mailbox
  readonly clock: Clock
  readonly log: Logger
  readonly served: ServedTasks
  findDefinition(task: Pick<TaskRecord, 'namespace' | 'name' | 'version'>): TaskDefinition | undefined
  /** Whether this worker takes up tasks. */
  isClaiming(): boolean
  adopt(claimed: ClaimedTask): void
}

/**
 * Has tasks go on that wait for the limit of their key. A worker that lets go of a task with a key looks whether another one may go on,
 * whether the task has had its turn or was only parked: so whoever comes last sees both, the place and who waits for it.
 */
export class KeyClaims {
  readonly #services: KeyClaimsServices
  readonly #keys = new Map<string, KeyOfTasks>()
  #claiming: Promise<void> | undefined

  constructor(services: KeyClaimsServices) {
    this.#services = services
    services.mailbox.on('key', (key) => {
      if (services.isClaiming()) this.#look(key)
    })
  }

  get isClaiming(): boolean {
    return this.#claiming !== undefined
  }

  /** This worker has let go of a task. */
  released({ namespace, name, concurrencyKey }: Pick<TaskRecord, 'namespace' | 'name' | 'concurrencyKey'>): void {
    if (concurrencyKey !== null) this.#look({ namespace, name, key: concurrencyKey })
  }

  async ended(): Promise<void> {
    while (this.#claiming) await this.#claiming
  }

  #look(key: KeyOfTasks): void {
    this.#keys.set(JSON.stringify([key.namespace, key.name, key.key]), key)
    this.#claiming ??= this.#claimAll().finally(() => {
      this.#claiming = undefined
    })
  }

  async #claimAll(): Promise<void> {
    const { log } = this.#services
    for (const [id, key] of this.#keys) {
      this.#keys.delete(id)
      try {
        await this.#claim(key)
      } catch (err) {
        // What waits is looked at again within a minute.
        log.debug({ err, ...key }, 'it could not be looked whether a task may go on that waits for its key')
      }
    }
  }

  async #claim(key: KeyOfTasks): Promise<void> {
    const { store, mailbox, clock, served, findDefinition, isClaiming, adopt } = this.#services
    if (!isClaiming()) {
      for (const worker of await store.liveWorkers(mailbox.id)) mailbox.send(worker, { kind: 'key', ...key })
      return
    }
    const claimed = await store.claimOfKey(key, {
      workerId: mailbox.id,
      limit: served.limitOfKey(key),
      now: new Date(clock.now()).toISOString(),
      serves: served.serving,
      stepsOf: (task) => unbegunSteps(task, findDefinition(task)),
    })
    for (const task of claimed) adopt(task)
  }
}
