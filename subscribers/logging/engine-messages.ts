import { again, because, errorText, type Messages, step, steps, task, took } from './message-parts.js'

export const workflowMessages: Messages<'workflow'> = {
  'workflow.orchestration_requested': (payload) => `${task(payload)} is asked to run: ${payload.cause}`,
  'workflow.task_started': (payload) => `${task(payload)} ${payload.resumed ? 'goes on' : 'begins'} to run`,
  'workflow.viable_steps_discovered': (payload) => `${task(payload)} has ${steps(payload.stepNames)} ready`,
  'workflow.no_viable_steps': (payload) => `${task(payload)} has no step ready: ${payload.reason}`,
  'workflow.viable_steps_batch_ready': (payload) =>
    `${task(payload)} admits ${steps(payload.stepNames)} of at most ${payload.concurrencyLimit} at once`,
  'workflow.steps_execution_started': (payload) => `${task(payload)} begins ${steps(payload.stepNames)}`,
  'workflow.steps_execution_completed': (payload) =>
    `${task(payload)} ended a batch in ${took(payload.durationMs)}: ${payload.succeeded} succeeded, ${payload.failed} failed`,
  'workflow.step_completed': (payload) =>
    `${step(payload)} was applied: ${steps(payload.newlyReady)} newly ready, ${payload.remainingSteps} remain`,
  'workflow.step_failed': (payload) => {
    const next = payload.willRetry ? `next attempt at ${payload.nextAttemptAt ?? 'once'}` : 'no more attempts'
    return `the failure of ${step(payload)} was applied: ${next}, ${steps(payload.blockedSteps)} blocked`
  },
  'workflow.step_execution_failed': (payload) =>
    `${step(payload)} could not be run by the engine: ${errorText(payload.error)}`,
  'workflow.task_finalization_started': (payload) =>
    `${task(payload)} has nothing left to run: ${payload.executionStatus}`,
  'workflow.task_finalization_completed': (payload) =>
    `${task(payload)} is now ${payload.state}, decided: ${payload.decision}${because(payload.reason ?? '')}`,
  'workflow.task_completed': (payload) => `a run of ${task(payload)} ended complete after ${took(payload.durationMs)}`,
  'workflow.task_failed': (payload) => `a run of ${task(payload)} ended in error: ${steps(payload.failedSteps)} failed`,
  'workflow.task_reenqueue_started': (payload) => `${task(payload)} must run again: ${payload.reason}`,
  'workflow.task_reenqueue_requested': (payload) =>
    `${task(payload)} was put on queue ${payload.queue}: ${payload.reason}`,
  'workflow.task_reenqueue_delayed': (payload) =>
    `${task(payload)} will run again in ${took(payload.delayMs)}: ${payload.reason}`,
  'workflow.task_reenqueue_failed': (payload) =>
    `${task(payload)} could not be put on the queue: ${errorText(payload.error)}`,
  'workflow.task_state_unclear': (payload) =>
    `the state of ${task(payload)} was unclear, ${payload.action}: ${payload.finding}`,
}

export const observabilityMessages: Messages<'observability'> = {
  'observability.task.enqueue': (payload) =>
    `${task(payload)} was put on queue ${payload.queue}, due in ${took(payload.delayMs)}`,
  'observability.task.handle': (payload) =>
    `a run of ${task(payload)} took ${took(payload.durationMs)}: ${payload.stepsRun} steps, ${payload.outcome}`,
  'observability.task.finalize': (payload) =>
    `the outcome of ${task(payload)} took ${took(payload.durationMs)} to decide: ${payload.decision}`,
  'observability.step.find_viable': (payload) =>
    `${payload.examined} steps of ${task(payload)} were examined and ${payload.found} found ready`,
  'observability.step.handle': (payload) =>
    `${step(payload)} took ${took(payload.durationMs)}${again(payload)}: ${payload.outcome}`,
  'observability.step.backoff': (payload) =>
    `${step(payload)} backs off for ${took(payload.delayMs)} (${payload.strategy})`,
  'observability.step.skip': (payload) => `${step(payload)} is skipped${because(payload.reason)}`,
  'observability.step.max_retries_reached': (payload) =>
    `${step(payload)} has no attempts left after ${payload.attempt}: ${errorText(payload.error)}`,
}
