import { userInfo } from 'node:os'
import type { Actor } from '../contracts/actor.js'

/** The person at the command line, as the operating system knows them. */
export function callerAsActor(environment: Readonly<Record<string, string | undefined>>): Actor {
  return { id: userName() ?? environment.USER ?? environment.USERNAME ?? 'unknown', kind: 'person' }
}

/** Undefined where the user id has no name, as in many containers. */
function userName(): string | undefined {
  try {
    return userInfo().username || undefined
  } catch {
    return undefined
  }
}
