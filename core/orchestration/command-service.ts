import type { Clock } from '../contracts/clock.js'
import type { IdSource } from '../contracts/id-source.js'
import type { Store } from '../contracts/store.js'
import type { Command, CommandKind, CommandOptions, CommandOutcome } from '../contracts/task-request.js'
import { CommandFailedError, CommandUnansweredError, TaskNotFoundError } from '../errors/task-errors.js'
import { assertStorable } from './assert-storable.js'
import type { AwaitedAnswer, CommandAnswers } from './command-answers.js'
import type { HookRegistry } from './hook-registry.js'
import { unknownReason, unnamedActor } from './people/asked-change.js'
import { assertAsked } from './people/command-checks.js'
import type { Worker } from './worker.js'

/** How long the caller waits for the owner's answer, in milliseconds: beyond a takeover, which takes 5 s. */
const answerTimeoutMs = 30_000
/** Larger results belong into a file or an object store. */
const maxCommandBytes = 64 * 1024 * 1024

/** How long the caller waits before it looks for the answer, in milliseconds, doubled from the first to the longest. */
const looks = {
  /** Where somebody will tell that it is there: only for what gets lost, such as the owner. */
  announced: { firstMs: 500, longestMs: 1_000 },
  unannounced: { firstMs: 5, longestMs: 200 },
}

export interface CommandRequest extends CommandOptions {
  readonly kind: CommandKind
  readonly taskId: string
  readonly stepName?: string
  readonly args?: Readonly<Record<string, unknown>>
}

export interface CommandServices {
  readonly store: Store
  readonly worker: Worker
  readonly hooks: HookRegistry
  readonly clock: Clock
  readonly ids: IdSource
  readonly answers: CommandAnswers
}

/**
 * Sends commands to tasks. A command is a row, announced to the task's owner, who applies it in its next commit and answers it
 * there. Where nobody owns the task, the caller claims it, applies the command and releases it. The call returns after that commit.
 */
export class CommandService {
  readonly #services: CommandServices

  constructor(services: CommandServices) {
    this.#services = services
  }

  /** Gives the id of the command, once it has been carried out. */
  async send(request: CommandRequest): Promise<string> {
    const { store, hooks, clock, ids, answers, worker } = this.#services
    const { kind, taskId, stepName, reason = unknownReason, actor = unnamedActor, args = {} } = request
    const subject = { taskId, ...(stepName === undefined ? {} : { stepName }) }
    assertAsked(kind, request)
    assertStorable('The command', { reason, actor, args }, maxCommandBytes)
    await hooks.ask('beforeCommand', { kind, subject, actor, reason })
    if ((await store.getTaskRecord(taskId)) === undefined) throw new TaskNotFoundError(taskId)
    const id = ids.next()
    const createdAt = new Date(clock.now()).toISOString()
    const to = { id, taskId, kind, stepName: stepName ?? null, createdAt, replyTo: answers.address }
    const answer = await answers.expect(id, worker.owns(taskId))
    try {
      const outcome = await this.#haveItApplied({ ...to, reason, actor, args }, answer)
      if (!outcome.ok) throw new CommandFailedError(outcome.code, outcome.message, outcome.details)
      return id
    } finally {
      answer.stop()
    }
  }

  /** Brings a command that is stored already to whoever owns its task, or applies it where nobody does. Nobody waits for the answer. */
  async forward(command: Command): Promise<void> {
    if (!this.#services.worker.deliver(command)) await this.#applyOrAnnounce(command)
  }

  async #haveItApplied(command: Command, answer: AwaitedAnswer): Promise<CommandOutcome> {
    const { store, worker } = this.#services
    const deadline = performance.now() + answerTimeoutMs
    const { firstMs, longestMs } = answer.isAnnounced ? looks.announced : looks.unannounced
    const ownerId = await store.addCommand(command)
    if (!worker.deliver(command) && ownerId === null) await this.#applyOrAnnounce(command)
    for (let lookMs = firstMs; performance.now() < deadline; lookMs = Math.min(lookMs * 2, longestMs)) {
      await answer.orAfter(lookMs)
      const outcome = await store.commandOutcome(command.id)
      if (outcome) return outcome
      // Again each time: the owner may have changed, and a run takes each command once.
      if (!worker.deliver(command)) await this.#applyOrAnnounce(command)
    }
    throw new CommandUnansweredError(command.kind, command.taskId, answerTimeoutMs)
  }

  async #applyOrAnnounce(command: Command): Promise<void> {
    const { store, worker } = this.#services
    if (!(await worker.applyWithoutOwner(command))) await store.announceCommand(command.taskId)
  }
}
