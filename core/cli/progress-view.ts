import type { DefinedSubscriber } from '../contracts/subscriber.js'
import type { TaskerEvent } from '../events/envelope.js'
import type { Session } from './session.js'
import type { OutputStream } from './terminal.js'

/** A subscriber that shows tasks on a stream. */
export interface ProgressView extends DefinedSubscriber {
  /** Writes a line of others: above those that are drawn again and again, or to standard error where none are. */
  writeAbove(text: string): void
  /** Draws what has not been drawn yet. */
  close(): void
}

interface ProgressDoor {
  createProgressSubscriber(options: {
    readonly stream: OutputStream
    readonly isTerminal: boolean
    readonly colours: boolean
    readonly ascii: boolean
    readonly keep: 'steps' | 'headline'
  }): ProgressView
}

/** Core imports no subscriber; at run time the command line uses the one of this package, as any program could. */
const progressDoor: string = 'tasker/subscribers/progress'

/**
 * A view of tasks as their events arrive: redrawn in place on a terminal, else one line for each change.
 *
 * @param keep what stays on the screen of a task that has ended
 * @param isShown which events it shows. Default: all.
 */
export async function createProgressView(
  session: Session,
  stream: OutputStream,
  keep: 'steps' | 'headline',
  isShown: (event: TaskerEvent) => boolean = () => true,
): Promise<ProgressView> {
  const { createProgressSubscriber } = (await import(progressDoor)) as ProgressDoor
  const isTerminal = stream.isTTY === true && session.terminal.environment.TERM !== 'dumb'
  const view = createProgressSubscriber({
    stream,
    isTerminal,
    colours: session.usesColours(stream),
    ascii: !isUnicode(session.terminal.environment),
    keep,
  })
  const on = Object.entries(view.on).map(([name, handler]) => [
    name,
    ((event, context) => (isShown(event) ? handler(event, context) : undefined)) satisfies typeof handler,
  ])
  const writeAbove = (text: string) => (isTerminal ? view.writeAbove(text) : session.note(text))
  return { ...view, name: 'command line', on: Object.fromEntries(on), writeAbove }
}

/** Where the locale names another encoding, symbols would come out as question marks; where it names none, the terminal can. */
function isUnicode({ LC_ALL, LC_CTYPE, LANG }: Readonly<Record<string, string | undefined>>): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG || ''
  return !locale.includes('.') || /utf-?8/i.test(locale)
}
