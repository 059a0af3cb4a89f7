import type { Evidence, TaskEvidence } from '../evidence/evidence.js'
import type { WorkerHandle } from '../fleet/worker-handle.js'
import type { WorkerLine } from '../worker/call-record.js'
import { attemptsOf, type LoggedAttempt } from './attempts.js'

/** One call of a handler, by the record that it keeps itself. */
export interface RecordedCall {
  readonly worker: WorkerHandle
  readonly at: number
  readonly taskId: string
  readonly step: string
  readonly attempt: number
  readonly idempotencyKey: string
  /** Undefined: its process did not live to see the end. */
  readonly how: 'returned' | 'threw' | undefined
}

/**
 * Holds what the handlers recorded against what the engine committed: each attempt is called at most once, by the worker that
 * admitted it, its end is the one of the call, and nothing is called any more once a completion is committed.
 */
export function checkCalls(evidence: Evidence): readonly string[] {
  const callsByTask = Map.groupBy(callsOf(evidence.workers), (call) => call.taskId)
  const completions = completionsOf(evidence)
  return evidence.tasks.flatMap((task) => {
    const { byStep, problems } = attemptsOf(task)
    const calls = Map.groupBy(callsByTask.get(task.view.id) ?? [], (call) => call.step)
    const keys = new Set<string>()
    const found = [...byStep].flatMap(([stepName, attempts]) => {
      const own = calls.get(stepName) ?? []
      for (const call of own) keys.add(call.idempotencyKey)
      const { attempts: rowAttempts, idempotencyKey } = task.view.steps.find(({ name }) => name === stepName)!
      return [
        ...(rowAttempts === attempts.length
          ? []
          : [`${rowAttempts} attempts in the row, ${attempts.length} in the log`]),
        ...own.filter((call) => call.idempotencyKey !== idempotencyKey).map(() => 'two idempotency keys'),
        ...own.filter((call) => call.attempt > attempts.length).map((call) => `a call of attempt ${call.attempt}`),
        ...attempts.flatMap((attempt) => problemsOfAttempt(attempt, own, evidence)),
        ...callsAfter(completions.get(`${task.view.id} ${stepName}`), own),
      ].map((problem) => `${task.planned.key}, ${stepName}: ${problem}`)
    })
    return [...problems, ...found]
  })
}

function problemsOfAttempt(logged: LoggedAttempt, own: readonly RecordedCall[], evidence: Evidence): readonly string[] {
  const { attempt, workerId, end, code } = logged
  const calls = own.filter((call) => call.attempt === attempt)
  const [call] = calls
  const problems: string[] = []
  const isLost = code === 'OWNER_LOST'
  const isDrained = code === 'DRAINED'
  if (calls.length > 1) problems.push(`attempt ${attempt} was called ${calls.length} times`)
  if (call && call.worker.workerId !== workerId) problems.push(`attempt ${attempt} was called by a worker without it`)
  if (isLost && !evidence.mayHaveLost(workerId))
    problems.push(`attempt ${attempt} was lost by a worker that was left alone`)
  if (isDrained && !evidence.mayHaveDrained(workerId)) problems.push(`attempt ${attempt} was drained by no one`)
  if (isLost || isDrained || end === 'cancelled') return problems
  if (call === undefined) problems.push(`attempt ${attempt} ${end} without a call`)
  else if (end === 'completed' && call.how !== 'returned') problems.push(`attempt ${attempt} completed and ${call.how}`)
  else if (end === 'failed' && call.how !== 'threw')
    problems.push(`attempt ${attempt} failed by ${code} and ${call.how}`)
  return problems
}

/** The attempt that is committed as complete, or cancelled, is the last one, and nothing starts once that commit can be seen. */
function callsAfter(completion: Completion | undefined, own: readonly RecordedCall[]): readonly string[] {
  if (completion === undefined) return []
  const { attempt, seenAt } = completion
  return own
    .filter((call) => call.attempt > attempt || call.at > seenAt)
    .map(({ attempt: late, at }) => {
      return `attempt ${late} was called ${(at - seenAt).toFixed(1)} ms after the completion of ${attempt} was seen`
    })
}

interface Completion {
  readonly attempt: number
  readonly seenAt: number
}

function completionsOf({ seen }: Evidence): ReadonlyMap<string, Completion> {
  const completions = new Map<string, Completion>()
  for (const { name, taskId, payload, seenAt } of seen) {
    if (name !== 'step.completed' && name !== 'step.cancelled') continue
    completions.set(`${taskId} ${payload.stepName}`, { attempt: payload.attempt as number, seenAt })
  }
  return completions
}

/** All calls of all processes. */
export function callsOf(workers: readonly WorkerHandle[]): readonly RecordedCall[] {
  return workers.flatMap((worker) => {
    const ends = new Map<string, 'returned' | 'threw'>()
    for (const line of worker.lines) if (line.kind === 'end') ends.set(nameOf(line), line.how)
    const calls = worker.lines.filter((line) => line.kind === 'call')
    return calls.map(({ at, taskId, step, attempt, idempotencyKey }) => {
      const how = ends.get(nameOf({ taskId, step, attempt }))
      return { worker, at, taskId, step, attempt, idempotencyKey, how }
    })
  })
}

function nameOf({ taskId, step, attempt }: Pick<WorkerLine & { kind: 'call' }, 'taskId' | 'step' | 'attempt'>): string {
  return `${taskId} ${step} ${attempt}`
}

/** Every task that lost or was drained of an attempt, by task. */
export function interruptionsOf(tasks: readonly TaskEvidence[]): { readonly lost: number; readonly drained: number } {
  const attempts = tasks.flatMap((task) => [...attemptsOf(task).byStep.values()].flat())
  const count = (wanted: string) => attempts.filter(({ code }) => code === wanted).length
  return { lost: count('OWNER_LOST'), drained: count('DRAINED') }
}
