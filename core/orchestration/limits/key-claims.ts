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
  /** To be looked at, and whether others are to be told of what this worker does not serve: not of what others have told. */
  readonly #keys = new Map<string, { readonly key: KeyOfTasks; readonly isNews: boolean }>()
  #claiming: Promise<void> | undefined

  constructor(services: KeyClaimsServices) {
    this.#services = services
    services.mailbox.on('key', ({ namespace, name, key }) => {
      if (services.isClaiming()) this.#look({ namespace, name, key }, false)
    })
  }

  get isClaiming(): boolean {
    return this.#claiming !== undefined
  }

  /** This worker has let go of a task. */
  released({ namespace, name, concurrencyKey }: Pick<TaskRecord, 'namespace' | 'name' | 'concurrencyKey'>): void {
    if (concurrencyKey !== null) this.#look({ namespace, name, key: concurrencyKey })
  }

  /** Whoever had a key may have been lost, or have stopped, before anybody else could take it up. */
  async lookAtFree(): Promise<void> {
    for (const key of await this.#services.store.freeKeys()) this.#look(key)
  }

  async ended(): Promise<void> {
    while (this.#claiming) await this.#claiming
  }

  #look(key: KeyOfTasks, isNews = true): void {
    const id = JSON.stringify([key.namespace, key.name, key.key])
    this.#keys.set(id, { key, isNews: isNews || this.#keys.get(id)?.isNews === true })
    this.#claiming ??= this.#claimAll().finally(() => {
      this.#claiming = undefined
    })
  }

  async #claimAll(): Promise<void> {
    const { log } = this.#services
    for (const [id, { key, isNews }] of this.#keys) {
      this.#keys.delete(id)
      try {
        if ((await this.#claim(key)) && isNews) await this.#tellOthers(key)
      } catch (err) {
        // What waits is looked at again within a minute.
        log.debug({ err, ...key }, 'it could not be looked whether a task may go on that waits for its key')
      }
    }
  }

  /** Gives whether others may have tasks of the key go on. */
  async #claim(key: KeyOfTasks): Promise<boolean> {
    const { store, mailbox, clock, served, findDefinition, isClaiming, adopt } = this.#services
    if (!isClaiming()) return true
    const { claimed, isForOthers } = await store.claimOfKey(key, {
      workerId: mailbox.id,
      limit: served.limitOfKey(key),
      now: new Date(clock.now()).toISOString(),
      serves: { kinds: served.kinds },
      stepsOf: (task) => unbegunSteps(task, findDefinition(task)),
    })
    for (const task of claimed) adopt(task)
    return isForOthers
  }

  async #tellOthers(key: KeyOfTasks): Promise<void> {
    const { store, mailbox } = this.#services
    for (const worker of await store.liveWorkers(mailbox.id)) mailbox.send(worker, { kind: 'key', ...key })
  }
}
