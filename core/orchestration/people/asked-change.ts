import type { Actor } from '../../contracts/actor.js'
import type { ChangeRecord } from '../../contracts/changes.js'
import type { Clock } from '../../contracts/clock.js'
import type { CommandIntention } from '../../contracts/hooks.js'
import type { IdSource } from '../../contracts/id-source.js'
import type { CommandOptions } from '../../contracts/task-request.js'
import { assertStorable } from '../assert-storable.js'
import type { HookRegistry } from '../hook-registry.js'
import { assertAsked } from './command-checks.js'

/** Who asks where nobody says it. */
export const unnamedActor: Actor = { id: 'unknown', kind: 'api' }
/** The reason where nobody gives one. */
export const unknownReason = 'unknown'

/** Larger texts belong into a file or an object store. */
const maxChangeBytes = 1024 * 1024

export interface AskingServices {
  readonly hooks: HookRegistry
  readonly clock: Pick<Clock, 'now'>
  readonly ids: IdSource
}

/** What somebody asks for that is about no single task. */
export interface Asked extends Pick<CommandIntention, 'subject'>, Pick<ChangeRecord, 'subjectKind' | 'subjectKey'> {
  readonly kind: CommandIntention['kind']
  readonly data: Readonly<Record<string, unknown>>
}

/**
 * The record of a change that a person asks for and that is about no single task, once the hooks have let it pass.
 *
 * @throws NotStorableError
 * @throws HookRefusedError
 */
export async function askedChange(
  { hooks, clock, ids }: AskingServices,
  { kind, subject, subjectKind, subjectKey, data }: Asked,
  { reason = unknownReason, actor = unnamedActor }: CommandOptions,
): Promise<ChangeRecord> {
  assertAsked(kind, { reason, actor })
  assertStorable(`${kind} of ${subjectKey}`, { data, reason, actor }, maxChangeBytes)
  await hooks.ask('beforeCommand', { kind, subject, actor, reason })
  const changedAt = new Date(clock.now()).toISOString()
  const about = { subjectKind, subjectKey, taskId: null, entry: null, place: null }
  return { id: ids.next(), ...about, kind, data, actor, reason, changedAt }
}
