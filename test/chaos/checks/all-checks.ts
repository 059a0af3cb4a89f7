import type { Evidence } from '../evidence/evidence.js'
import { checkCalls } from './check-calls.js'
import { checkDeliveries } from './check-deliveries.js'
import { checkCancels, checkCreations, checkEnds } from './check-ends.js'
import { checkFold, checkReader } from './check-log.js'
import { checkWorkers } from './check-workers.js'

/** Everything that must hold after every run; gives what does not. */
export function checkAll(evidence: Evidence): readonly string[] {
  return [
    checkCreations,
    checkEnds,
    checkCancels,
    checkCalls,
    checkFold,
    checkReader,
    checkDeliveries,
    checkWorkers,
  ].flatMap((check) => check(evidence))
}
