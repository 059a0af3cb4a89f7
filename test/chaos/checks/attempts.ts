import type { TaskEvidence } from '../evidence/evidence.js'

/** One attempt of one step as the log tells it. */
export interface LoggedAttempt {
  readonly attempt: number
  readonly workerId: string
  readonly end: 'completed' | 'failed' | 'cancelled'
  /** Code of the error, where it has one. */
  readonly code?: string
}

export interface AttemptHistory {
  /** Step name → its attempts, in order. */
  readonly byStep: ReadonlyMap<string, readonly LoggedAttempt[]>
  /** What the log says that cannot be. */
  readonly problems: readonly string[]
}

const ends: Readonly<Record<string, LoggedAttempt['end']>> = {
  'step.completed': 'completed',
  'step.failed': 'failed',
  'step.cancelled': 'cancelled',
}

interface AttemptPayload {
  readonly stepName: string
  readonly attempt: number
  readonly workerId?: string
  readonly error?: { readonly code?: string }
}

/** Reads the attempts of a task from its log: each is admitted once, in order, and ends once, before the next begins. */
export function attemptsOf({ log, view, planned }: TaskEvidence): AttemptHistory {
  const byStep = new Map<string, LoggedAttempt[]>(view.steps.map(({ name }) => [name, []]))
  const open = new Map<string, { readonly attempt: number; readonly workerId: string }>()
  const problems: string[] = []
  const subject = planned.key
  for (const { name, payload } of log) {
    const { stepName, attempt, workerId, error } = payload as AttemptPayload
    if (name === 'step.execution_requested') {
      const expected = byStep.get(stepName)!.length + 1
      if (attempt !== expected) problems.push(`${subject}: attempt ${attempt} of ${stepName} where ${expected} is next`)
      if (open.has(stepName)) problems.push(`${subject}: attempt ${attempt} of ${stepName} before the last one ended`)
      open.set(stepName, { attempt, workerId: workerId! })
    }
    const end = ends[name]
    // A cancelled step need not have run.
    if (end === undefined || (end === 'cancelled' && !open.has(stepName))) continue
    const begun = open.get(stepName)
    if (begun?.attempt !== attempt) {
      problems.push(`${subject}: ${name} of attempt ${attempt} of ${stepName} where ${begun?.attempt} runs`)
      continue
    }
    open.delete(stepName)
    const code = error?.code === undefined ? {} : { code: error.code }
    byStep.get(stepName)!.push({ ...begun, end, ...code })
  }
  for (const [stepName, { attempt }] of open) problems.push(`${subject}: attempt ${attempt} of ${stepName} never ended`)
  return { byStep, problems }
}
