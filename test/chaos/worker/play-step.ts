import { setTimeout as sleep } from 'node:timers/promises'
import { PermanentError, type StepContext } from '../../../core/index.js'
import { type ShapeName, type ShapeStep, shapes } from '../plan/shapes.js'
import type { ScriptedContext, StepScript } from '../plan/step-script.js'
import type { LineWriter } from './call-record.js'

/** What every step of a run returns, so that its dependents can tell whether they got the right thing. */
export interface StepReceipt {
  readonly taskId: string
  readonly step: string
  readonly attempt: number
}

/** The handler of all steps: records the call, does what the script says, records the end. */
export async function playStep(context: StepContext, lines: LineWriter): Promise<StepReceipt> {
  const { taskId, stepName: step, attempt, idempotencyKey, taskName } = context
  const { key, steps } = context.context as ScriptedContext
  const call = { taskId, step, attempt }
  lines.write({ kind: 'call', key, idempotencyKey, ...call })
  const problem = problemOfInputs(context, shapes[taskName as ShapeName])
  if (problem !== undefined) {
    lines.write({ kind: 'broken', problem })
    throw new PermanentError(problem)
  }
  const script = steps[step]!
  await work(script)
  if (script.isDeadly) process.kill(process.pid, 'SIGKILL')
  const fails = script.failsOn === 'all' || script.failsOn?.includes(attempt)
  lines.write({ kind: 'end', how: fails ? 'threw' : 'returned', ...call })
  if (fails) throw new Error(`the script has attempt ${attempt} of ${step} fail`)
  return call
}

async function work({ workMs, isBusy }: StepScript): Promise<void> {
  if (!isBusy) {
    await sleep(workMs)
    return
  }
  const end = performance.now() + workMs
  while (performance.now() < end) JSON.stringify({ end })
}

/** Each dependency has been completed, and its own result has arrived. */
function problemOfInputs(context: StepContext, shape: Readonly<Record<string, ShapeStep>>): string | undefined {
  const { taskId, stepName, results } = context
  for (const parent of shape[stepName]!.dependsOn) {
    const receipt = results[parent] as StepReceipt | undefined
    if (receipt?.taskId === taskId && receipt.step === parent) continue
    return `${stepName} of ${taskId} was called with ${JSON.stringify(receipt)} as the result of ${parent}`
  }
  return undefined
}
