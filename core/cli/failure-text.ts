import type { TaskAnalysis } from '../workflow/analysis/analyse-task.js'
import type { ErrorChain } from '../workflow/analysis/error-chains.js'
import type { Recovery } from '../workflow/analysis/recoveries.js'
import { type TableOptions, textTable } from './text-table.js'

/** More than that are told by their number: `--json` of `graph TASK_ID` has them all. */
const MAX_CHAINS = 3
const MAX_NAMES = 6

/**
 * What failed of a task, what that blocks, and what to do about it, in a few lines; empty where nothing has failed. Commands are
 * never cut to the width: a part of one is of no use.
 */
export function failureText(analysis: Pick<TaskAnalysis, 'errorChains' | 'recoveries'>, options: TableOptions): string {
  const { errorChains, recoveries } = analysis
  if (recoveries.length === 0) return ''
  const shown = errorChains.chains.slice(0, MAX_CHAINS)
  const left = errorChains.chains.length - shown.length + errorChains.further.length
  const failures = [
    textTable(['FAILED', 'ERROR', 'WHY', 'BLOCKS'], shown.map(chainRow), options),
    ...(left > 0 ? [`and ${left} more failed ${left === 1 ? 'step' : 'steps'}`] : []),
  ].join('\n')
  const ways = waysOut(recoveries, shown).map(({ why, cli }) => `${options.paint('dim', `# ${why}`)}\n${cli}`)
  return [...(shown.length > 0 ? [failures] : []), [options.paint('bold', 'what to do'), ...ways].join('\n')].join(
    '\n\n',
  )
}

function chainRow({ step, error, kind, attempts, retryLimit, blocks }: ErrorChain): string[] {
  const why = {
    permanent: 'its error is permanent',
    never_retried: 'it is not retryable',
    attempts_spent: `after ${attempts} of ${retryLimit} attempts`,
  }[kind]
  const more = blocks.length > MAX_NAMES ? ` and ${blocks.length - MAX_NAMES} more` : ''
  return [step, error, why, blocks.length === 0 ? 'nothing' : blocks.slice(0, MAX_NAMES).join(', ') + more]
}

/** All of one failure; of several, what goes for all, and the likeliest of each. */
function waysOut(recoveries: readonly Recovery[], shown: readonly ErrorChain[]): readonly Recovery[] {
  if (shown.length <= 1) return recoveries
  const likeliest = shown.flatMap((chain) => recoveries.find(({ step }) => step === chain.step) ?? [])
  return [...recoveries.filter(({ step }) => step === null), ...likeliest]
}
