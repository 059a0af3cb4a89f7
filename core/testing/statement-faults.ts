import { AsyncLocalStorage } from 'node:async_hooks'
import { WorkerLostError } from '../errors/testing-errors.js'
import type { StatementHook } from '../persistence/statement-hook.js'

/** A statement that a kernel is about to send to its database: a place where a crash may fall. */
export interface SentStatement {
  /** Counts the statements of one life of the kernel, from 1. */
  readonly number: number
  /**
   * What sends it, and which of its statements it is: `commit/1`, `claimDue/2`; `other/1` for what is sent at boot and for looks at
   * the database.
   */
  readonly name: string
  readonly sql: string
}

/**
 * What breaks at a statement. `crash`: the worker is lost and its connections with it; `disconnect`: its connections end and it
 * lives. `before` the statement is sent, or `after` it was carried out and before its answer is seen. `refuse`: the database does not
 * carry it out and says that its disk is full.
 */
export type StatementFault = 'crash before' | 'crash after' | 'disconnect before' | 'disconnect after' | 'refuse'

/** Chooses what breaks; called for each statement in turn. */
export type StatementJudge = (statement: SentStatement) => StatementFault | undefined

/** What a fault does to the kernel that it hits. */
export interface FaultTarget {
  readonly isLost: boolean
  kill(): void
  /** Ends all connections at once. */
  disconnect(): void
}

interface Call {
  readonly name: string
  statements: number
}

const calls = new AsyncLocalStorage<Call>()

/** Runs a call, so that its statements have its name. */
export function namingStatements<T>(name: string, call: () => Promise<T>): Promise<T> {
  return calls.run({ name, statements: 0 }, call)
}

/** Breaks statements of one life of a kernel. A kernel that is lost sends nothing any more. */
export function breakingStatements(judge: StatementJudge, target: FaultTarget): StatementHook {
  let number = 0
  const others: Call = { name: 'other', statements: 0 }
  return async (sql, send) => {
    if (target.isLost) throw new WorkerLostError()
    const call = calls.getStore() ?? others
    call.statements += 1
    number += 1
    const fault = judge({ number, name: `${call.name}/${call.statements}`, sql })
    if (fault === undefined) return send()
    if (fault === 'refuse') throw diskFull()
    // What it failed with nobody learns either.
    if (fault.endsWith('after')) await send().catch(() => undefined)
    if (fault.startsWith('crash')) {
      target.kill()
      target.disconnect()
      throw new WorkerLostError()
    }
    target.disconnect()
    throw new Error('Connection terminated on purpose')
  }
}

/** As the driver gives it, so that the engine reads it as it would the server's. */
function diskFull(): Error {
  return Object.assign(new Error('No space left on device, because the test asked for it'), {
    severity: 'ERROR',
    code: '53100',
  })
}
