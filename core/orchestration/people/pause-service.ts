import type { PauseRecord, PauseStore, TaskType } from '../../contracts/pauses.js'
import type { CommandOptions } from '../../contracts/task-request.js'
import { type Asked, type AskingServices, askedChange, unknownReason, unnamedActor } from './asked-change.js'
import { assertNamespaceName, assertTaskType } from './command-checks.js'
import type { PauseWatch } from './pause-watch.js'

export interface PauseServices extends AskingServices {
  readonly store: PauseStore
  readonly watch: PauseWatch
}

type Paused = Pick<PauseRecord, 'key' | 'namespace' | 'name' | 'version'>

/** Pauses and resumes namespaces and task types. */
export class PauseService {
  readonly #services: PauseServices

  constructor(services: PauseServices) {
    this.#services = services
  }

  list(): Promise<readonly PauseRecord[]> {
    return this.#services.store.listPauses()
  }

  async pauseType(type: TaskType, options: CommandOptions): Promise<PauseRecord> {
    return this.#pause(pausedType(type), options)
  }

  async resumeType(type: TaskType, options: CommandOptions): Promise<boolean> {
    return this.#resume(pausedType(type), options)
  }

  async pauseNamespace(name: string, options: CommandOptions): Promise<PauseRecord> {
    return this.#pause(pausedNamespace(name), options)
  }

  async resumeNamespace(name: string, options: CommandOptions): Promise<boolean> {
    return this.#resume(pausedNamespace(name), options)
  }

  async #pause(paused: Paused, options: CommandOptions): Promise<PauseRecord> {
    const { store, watch } = this.#services
    const change = await askedChange(this.#services, asked('pause', paused), options)
    const { reason = unknownReason, actor = unnamedActor } = options
    const pause = { ...paused, reason, actor, pausedAt: change.changedAt }
    const isNew = await store.addPause(pause, change)
    await watch.announce()
    if (isNew) return pause
    // It may have been resumed a moment ago; then it has been paused, for as long as that was.
    return (await store.listPauses()).find(({ key }) => key === paused.key) ?? pause
  }

  async #resume(paused: Paused, options: CommandOptions): Promise<boolean> {
    const { store, watch } = this.#services
    const change = await askedChange(this.#services, asked('resume', paused), options)
    const wasPaused = await store.removePause(paused.key, change)
    await watch.announce()
    return wasPaused
  }
}

function asked(verb: 'pause' | 'resume', { key, namespace, name, version }: Paused): Asked {
  if (name === null)
    return { kind: `namespace.${verb}`, subject: { namespace }, subjectKind: 'namespace', subjectKey: key, data: {} }
  const subject = { namespace, taskName: name, ...(version === null ? {} : { version }) }
  return { kind: `task_type.${verb}`, subject, subjectKind: 'task_type', subjectKey: key, data: {} }
}

function pausedNamespace(name: string): Paused {
  assertNamespaceName('The pause of a namespace', name)
  return { key: name, namespace: name, name: null, version: null }
}

function pausedType(type: TaskType): Paused {
  assertTaskType('The pause of a task type', type)
  const { namespace = 'default', name, version } = type
  if (version === undefined) return { key: `${namespace}.${name}`, namespace, name, version: null }
  return { key: `${namespace}.${name}@${version}`, namespace, name, version }
}
