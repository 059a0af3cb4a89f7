import { createHash } from 'node:crypto'
import type { IdentityFunction, IdentityStrategy, TaskDefinition } from '../contracts/task-definition.js'
import type { TaskRequest } from '../contracts/task-request.js'
import { canonicalJson } from '../definition/definition-hash.js'
import { IdentityFailedError } from '../errors/request-errors.js'
import { fullNameOf } from './lifecycle-publisher.js'

/** What requests are known by that say nothing themselves. */
export interface IdentitySettings {
  readonly strategy: IdentityStrategy
  /** How long after the first request the same one is its duplicate, in milliseconds. */
  readonly windowMs: number
}

/** What a request is known by. */
export interface RequestIdentity {
  readonly hash: string
  /** How long after the creation it lasts, in milliseconds; null: for as long as the task is kept. */
  readonly windowMs: number | null
}

/**
 * By what a request is known, if by anything: what it says itself, else what the definition makes of it, else what the configuration
 * says. Covers namespace, name and version: the same identity means another thing for another kind of task.
 *
 * @throws IdentityFailedError
 */
export function identityOf(
  definition: TaskDefinition,
  request: TaskRequest,
  context: unknown,
  settings: IdentitySettings,
): RequestIdentity | undefined {
  if (request.identity !== undefined) return custom(definition, request.identity)
  const strategy = definition.identity ?? settings.strategy
  if (strategy === 'none') return undefined
  if (strategy === 'hash') return { hash: hashOf(definition, content(request, context)), windowMs: settings.windowMs }
  const made = callIdentity(definition, strategy, request, context)
  return made === undefined ? undefined : custom(definition, made)
}

function custom(definition: TaskDefinition, identity: string): RequestIdentity {
  return { hash: hashOf(definition, identity), windowMs: null }
}

/** What two requests must share to be the same: not their tags, priorities and times, which say how and not what. */
function content({ initiator, sourceSystem, reason, bypassSteps }: TaskRequest, context: unknown): object {
  return { context, initiator, sourceSystem, reason, bypassSteps: [...new Set(bypassSteps)].sort() }
}

/** An identity that is a text and one that is made of a request are never the same: the one is a string in JSON, the other an object. */
function hashOf({ namespace, name, version }: TaskDefinition, identity: string | object): string {
  return createHash('sha256')
    .update(canonicalJson([namespace, name, version, identity]))
    .digest('hex')
}

function callIdentity(
  definition: TaskDefinition,
  identity: IdentityFunction,
  { namespace: _namespace, name: _name, version: _version, ...request }: TaskRequest,
  context: unknown,
): string | undefined {
  let made: unknown
  try {
    made = identity({ context: context as never, request })
  } catch (cause) {
    throw new IdentityFailedError(fullNameOf(definition), { cause })
  }
  if (made === undefined || (typeof made === 'string' && made !== '')) return made
  throw new IdentityFailedError(fullNameOf(definition), { received: made })
}
