import { InvalidArgumentError } from '../errors/cli-errors.js'

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether a text is the id of a task rather than a name. */
export function isTaskId(text: string): boolean {
  return uuidForm.test(text)
}

/** The id of a task as it was given. */
export function parseTaskId(text: string): string {
  if (isTaskId(text)) return text.toLowerCase()
  throw new InvalidArgumentError('TASK_ID', 'it is not the id of a task', {
    expected: 'an id such as 0197c0de-0000-7000-8000-000000000001',
    received: JSON.stringify(text),
    wayOut: 'List the tasks with `tasker tasks list`.',
  })
}

/** A step given as `TASK_ID STEP_NAME` or `TASK_ID/STEP_NAME`. */
export function parseStepReference(
  first: string,
  second: string | undefined,
): { readonly task: string; readonly step: string } {
  const slash = first.indexOf('/')
  const [task, step] = slash === -1 ? [first, second] : [first.slice(0, slash), first.slice(slash + 1)]
  if (slash !== -1 && second !== undefined) {
    throw new InvalidArgumentError('STEP', 'the step is named twice', { expected: 'TASK_ID STEP or TASK_ID/STEP' })
  }
  if (step === undefined || step === '') {
    throw new InvalidArgumentError('STEP', 'the step is not named', {
      expected: 'TASK_ID STEP or TASK_ID/STEP',
      wayOut: `\`tasker tasks show ${task}\` lists its steps.`,
    })
  }
  return { task: parseTaskId(task), step }
}
