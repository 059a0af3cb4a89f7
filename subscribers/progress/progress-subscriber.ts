import { type DefinedSubscriber, defineSubscriber, type TaskerEvent } from '../../core/index.js'
import { ProgressDisplay, type ProgressOptions } from './progress-display.js'
import { type BoardEvent, boardEvents } from './task-board.js'

/** A subscriber, with what whoever owns the screen needs besides. */
export interface ProgressSubscriber extends DefinedSubscriber {
  /** Writes lines of others, a log for example, above the live ones. */
  writeAbove(text: string): void
  /**
   * Draws at once what has not been drawn yet, and leaves it on the screen for good: call it before something else is written to
   * the stream. Of what is heard later only how tasks end is written.
   */
  close(): void
}

/** Events of one commit arrive together, and a task of 10,000 steps is created in one commit. */
const QUEUE_SIZE = 100_000

/**
 * Shows tasks and their steps on a stream: on a terminal as lines that are redrawn in place, elsewhere as one line for each
 * change. It writes to the stream that it is given and nowhere else.
 *
 * @example
 * const { stderr } = process
 * const progress = createProgressSubscriber({ stream: stderr, isTerminal: stderr.isTTY, colours: stderr.hasColors() })
 * await createTasker({ subscribers: [progress] })
 */
export function createProgressSubscriber(options: ProgressOptions): ProgressSubscriber {
  const display = new ProgressDisplay(options)
  const handle = (event: TaskerEvent) => display.handle(event as BoardEvent)
  const subscriber = defineSubscriber({
    name: 'progress',
    description: 'Shows tasks and their steps on the console.',
    on: Object.fromEntries(boardEvents.map((name) => [name, handle])),
    queueSize: QUEUE_SIZE,
  })
  return { ...subscriber, writeAbove: (text) => display.writeAbove(text), close: () => display.close() }
}
