import { type Culprit, currentCulprit } from '../../bus/culprit.js'
import { ProcessEndedError } from '../../errors/kernel-errors.js'

/** Recognises the listeners of every copy of the package, so that only one of them acts. */
const brand = Symbol.for('tasker.stray-errors')
type Branded = ((error: unknown) => void) & { readonly [brand]?: true }

const events = ['unhandledRejection', 'uncaughtException', 'exit'] as const
type StrayEvent = (typeof events)[number]

const listeners: Readonly<Record<StrayEvent, Branded>> = {
  unhandledRejection: branded((error) => handle('unhandledRejection', error)),
  uncaughtException: branded((error) => handle('uncaughtException', error)),
  // Who calls process.exit() is still running then; a process that ends by itself is nobody's doing.
  exit: branded((code) => handle('exit', new ProcessEndedError(Number(code)))),
}

let watching = 0

/**
 * From now on, errors that nobody awaits or catches are brought home to the plugin or subscriber in whose code they arose: a promise
 * that rejects, a timer that throws; and who ends the process is named. What is nobody's does what it does without this: it goes to the program's own listeners, and
 * where there are none it ends the process. Gives a function that ends the watch.
 */
export function watchStrayErrors(): () => void {
  if (watching++ === 0)
    for (const event of events) process.prependListener(event as 'uncaughtException', listeners[event])
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    if (--watching === 0) stopListening()
  }
}

function stopListening(): void {
  for (const event of events) process.off(event as 'uncaughtException', listeners[event])
}

function handle(event: StrayEvent, error: unknown): void {
  const present = process.listeners(event as 'uncaughtException') as Branded[]
  if (present.find((listener) => listener[brand]) !== listeners[event]) return
  const culprit = currentCulprit()
  if (culprit !== undefined) blame(culprit, error)
  else if (event !== 'exit' && present.every((listener) => listener[brand])) endAsUsual(error)
}

/** What is thrown here would end the process that it is to protect; some values cannot even be looked at. */
function blame(culprit: Culprit, error: unknown): void {
  try {
    culprit.blame(error)
  } catch {
    process.emitWarning(`${culprit.kind} ${culprit.name} left an error behind that cannot be shown`)
  }
}

/** A listener alone keeps Node from ending the process: without one it does what it always does. */
function endAsUsual(error: unknown): void {
  for (const event of events)
    for (const listener of process.listeners(event as 'uncaughtException') as Branded[])
      if (listener[brand]) process.off(event as 'uncaughtException', listener)
  process.nextTick(() => {
    throw error
  })
}

function branded(listener: (error: unknown) => void): Branded {
  return Object.assign(listener, { [brand]: true as const })
}
