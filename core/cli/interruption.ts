import { exitCodes } from './exit-codes.js'
import type { Session } from './session.js'

/** SIGINT and SIGTERM as a command hears them. */
export interface Interruption extends Disposable {
  /** Fires with the first signal. */
  readonly signal: AbortSignal
}

/**
 * Takes over SIGINT and SIGTERM: the first one aborts, so that the command can end well, the second ends the process at once.
 *
 * @param onFirst what to tell the person who waits
 */
export function takeInterruption(session: Session, onFirst?: (signal: NodeJS.Signals) => void): Interruption {
  const controller = new AbortController()
  const { terminal } = session
  const off = terminal.onSignal((signal) => {
    if (controller.signal.aborted) {
      terminal.exit(exitCodes.failure)
      return
    }
    onFirst?.(signal)
    controller.abort()
  })
  session.outputClosed.addEventListener('abort', () => controller.abort(), { once: true })
  return { signal: controller.signal, [Symbol.dispose]: off }
}
