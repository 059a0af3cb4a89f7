import { setTimeout } from 'node:timers/promises'
import type { Actor } from '../contracts/actor.js'
import type { Clock } from '../contracts/clock.js'
import type { IdSource } from '../contracts/id-source.js'
import type { Store } from '../contracts/store.js'
import type { Command, CommandKind, CommandOptions, CommandOutcome } from '../contracts/task-request.js'
import { CommandFailedError, CommandUnansweredError, TaskNotFoundError } from '../errors/task-errors.js'
import { assertStorable } from './assert-storable.js'
import type { HookRegistry } from './hook-registry.js'
import type { Worker } from './worker.js'

/** How long the caller waits for the owner's answer, in milliseconds: beyond a takeover, which takes 5 s. */
const answerTimeoutMs = 30_000
/** Larger results belong into a file or an object store. */
const maxCommandBytes = 64 * 1024 * 1024
const firstLookMs = 5
const longestLookMs = 200

const unnamedActor: Actor = { id: 'unknown', kind: 'api' }

export interface CommandRequest extends CommandOptions {
  readonly kind: CommandKind
  readonly taskId: string
  readonly stepName?: string
  readonly args?: Readonly<Record<string, unknown>>
}

/**
 * Sends commands to tasks. A command is a row; the task's owner applies it in its next commit and answers it there. Where
 * nobody owns the task, the caller claims it, applies the command and releases it. The call returns after that commit.
 */
export class CommandService {
  readonly #store: Store
  readonly #worker: Worker
  readonly #hooks: HookRegistry
  readonly #clock: Clock
  readonly #ids: IdSource

  constructor(store: Store, worker: Worker, hooks: HookRegistry, clock: Clock, ids: IdSource) {
    this.#store = store
    this.#worker = worker
    this.#hooks = hooks
    this.#clock = clock
    this.#ids = ids
  }

  async send(request: CommandRequest): Promise<void> {
    const { kind, taskId, stepName, reason = 'unknown', actor = unnamedActor, args = {} } = request
    const subject = { taskId, ...(stepName === undefined ? {} : { stepName }) }
    assertStorable('The command', { reason, actor, args }, maxCommandBytes)
    await this.#hooks.ask('beforeCommand', { kind, subject, actor, reason })
    if ((await this.#store.getTaskRecord(taskId)) === undefined) throw new TaskNotFoundError(taskId)
    const createdAt = new Date(this.#clock.now()).toISOString()
    const id = this.#ids.next()
    const command: Command = { id, taskId, kind, stepName: stepName ?? null, reason, actor, args, createdAt }
    await this.#store.addCommand(command)
    const outcome = await this.#haveItApplied(command)
    if (!outcome.ok) throw new CommandFailedError(outcome.code, outcome.message, outcome.details)
  }

  async #haveItApplied(command: Command): Promise<CommandOutcome> {
    const deadline = performance.now() + answerTimeoutMs
    for (let lookMs = firstLookMs; performance.now() < deadline; lookMs = Math.min(lookMs * 2, longestLookMs)) {
      const outcome = await this.#store.commandOutcome(command.id)
      if (outcome) return outcome
      // Again each time: the owner may have changed, and a run takes each command once.
      if (!this.#worker.deliver(command)) await this.#worker.applyWithoutOwner(command)
      await setTimeout(lookMs)
    }
    throw new CommandUnansweredError(command.kind, command.taskId, answerTimeoutMs)
  }
}
