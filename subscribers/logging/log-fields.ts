import { maskPayload, type TaskerEvent } from '../../core/index.js'

/** Members that hold what tasks work on: the business of the people concerned, not of whoever reads the log. */
const contentFields = ['context', 'inputs', 'results', 'element']

/** What is logged of an event beside its message. Names that look like secrets are masked. */
export function fieldsOf(event: TaskerEvent, includeContent: boolean): Record<string, unknown> {
  const { id, name, correlationId, causationId, taskId, stepId, position, payload } = event
  return {
    event: name,
    eventId: id,
    correlationId,
    ...(causationId !== undefined && { causationId }),
    ...(taskId !== undefined && { taskId }),
    ...(stepId !== undefined && { stepId }),
    ...(position !== undefined && { position }),
    payload: maskPayload(includeContent ? payload : withoutContent(payload)),
  }
}

function withoutContent(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null) return payload
  return Object.fromEntries(Object.entries(payload).filter(([key]) => !contentFields.includes(key)))
}
