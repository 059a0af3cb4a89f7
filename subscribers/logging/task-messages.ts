import { again, because, errorText, type Messages, step, task, took, who } from './message-parts.js'

export const taskMessages: Messages<'task'> = {
  'task.initialize_requested': (payload) => {
    if (payload.from === null) return `${task(payload)} created with ${payload.stepCount} steps`
    const until = payload.dueAt === undefined ? '' : ` until ${payload.dueAt}`
    return `${task(payload)} waits${until}: ${payload.parked ?? payload.reason}`
  },
  'task.start_requested': (payload) => `${task(payload)} claimed by worker ${payload.workerId}`,
  'task.completed': (payload) => `${task(payload)} complete in ${took(payload.durationMs)}`,
  'task.failed': (payload) => `${task(payload)} failed: ${errorText(payload.error)}`,
  'task.retry_requested': (payload) =>
    `${task(payload)} will be tried again, asked by ${who(payload.actor)}${because(payload.reason)}`,
  'task.cancelled': (payload) => `${task(payload)} cancelled by ${who(payload.actor)}${because(payload.reason)}`,
  'task.resolved_manually': (payload) => `${task(payload)} resolved by ${who(payload.actor)}${because(payload.reason)}`,
  'task.before_transition': (payload) => `${task(payload)} is about to go from ${payload.from} to ${payload.to}`,
}

export const stepMessages: Messages<'step'> = {
  'step.initialize_requested': (payload) => `${step(payload)} created`,
  'step.execution_requested': (payload) => `${step(payload)} admitted${again(payload)}`,
  'step.before_handle': (payload) => `${step(payload)} is about to be called${again(payload)}`,
  'step.handle': (payload) => {
    if (payload.number === 0) return `${step(payload)} called${again(payload)}`
    return `${step(payload)} is at ${Math.round(payload.progress * 100)} %${because(payload.message ?? '')}`
  },
  'step.completed': (payload) => `${step(payload)} complete in ${took(payload.durationMs)}${again(payload)}`,
  'step.failed': (payload) => {
    const next = payload.willRetry ? ' and will be tried again' : ''
    return `${step(payload)} failed${again(payload)}${next}: ${errorText(payload.error)}`
  },
  'step.retry_requested': (payload) => {
    const by = payload.actor === undefined ? '' : `, asked by ${who(payload.actor)}`
    return `${step(payload)} will be tried again at ${payload.dueAt}${by}${because(payload.reason)}`
  },
  'step.cancelled': (payload) => `${step(payload)} cancelled by ${who(payload.actor)}${because(payload.reason)}`,
  'step.resolved_manually': (payload) => {
    if (payload.how === 'unchosen') return `${step(payload)} was not chosen`
    const how = payload.how === 'skipped' ? 'skipped' : 'resolved'
    return `${step(payload)} ${how} by ${who(payload.actor)}${because(payload.reason)}`
  },
  'step.before_transition': (payload) => `${step(payload)} is about to go from ${payload.from} to ${payload.to}`,
}
