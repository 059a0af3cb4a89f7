import { changeLine } from './change-line.js'
import { LiveRegion, type ProgressStream } from './live-region.js'
import type { Style } from './progress-style.js'
import { type BoardEvent, TaskBoard, type TaskOnBoard } from './task-board.js'
import { type Canvas, taskLines } from './task-lines.js'
import { oneLine } from './terminal-text.js'

export interface ProgressOptions {
  /** Nothing is written anywhere else. */
  readonly stream: ProgressStream
  /** Whether the stream is a terminal: then lines are redrawn in place; else each change is a line of its own. */
  readonly isTerminal: boolean
  /** Whether to use ANSI colours. */
  readonly colours: boolean
  /** Symbols and bars of nothing but ASCII. Default false. */
  readonly ascii?: boolean
  /** Width of the terminal. Default: that of the stream, as it changes, else 80. */
  readonly columns?: number
  /** Height of the terminal. Default: that of the stream, as it changes, else 24. */
  readonly rows?: number
  /** What stays on the screen of a task that has ended: all its steps, or how it ended only. Default `steps`. */
  readonly keep?: 'steps' | 'headline'
  /** The time, in milliseconds since 1970. Default: that of the system. */
  readonly now?: () => number
}

/** At most 20 frames a second; while something runs at least 8, for the clocks and the turning symbols. */
const FRAME_MS = 50
const IDLE_FRAME_MS = 125
/** What the commit that ended a task says of its steps may arrive after the end itself. */
const END_GRACE_MS = 1000
/** Beyond, the end of a task shows its most telling steps only. */
const KEPT_STEPS = 60

/** Shows tasks on a stream as events about them arrive. */
export class ProgressDisplay {
  readonly #options: ProgressOptions
  readonly #style: Style
  readonly #board = new TaskBoard()
  readonly #region: LiveRegion
  readonly #now: () => number
  #frame: NodeJS.Timeout | undefined
  #ticker: NodeJS.Timeout | undefined
  #isClosed = false
  #lastFrameAt = Number.NEGATIVE_INFINITY

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#style = { ascii: options.ascii ?? false, colours: options.colours }
    this.#region = new LiveRegion(options.stream)
    this.#now = options.now ?? Date.now
  }

  handle(event: BoardEvent): void {
    const change = this.#board.apply(event)
    if (change === undefined) return
    if (this.#options.isTerminal) {
      this.#requestFrame()
      return
    }
    const line = changeLine(event, change, this.#style)
    if (line !== undefined) this.#options.stream.write(`${line}\n`)
    if (change.task.hasEnded) this.#forgetLater(change.task)
  }

  #forgetLater(task: TaskOnBoard): void {
    const forget = () => {
      if (task.hasEnded) this.#board.remove(task)
    }
    setTimeout(forget, END_GRACE_MS).unref()
  }

  /** Writes lines of others, a log for example, above the live ones, so that they do not run into each other. */
  writeAbove(text: string): void {
    if (this.#options.isTerminal) this.#draw(text.replace(/\n$/, '').split('\n'))
    else this.#options.stream.write(text.endsWith('\n') ? text : `${text}\n`)
  }

  /** Draws what has not been drawn yet. */
  flush(): void {
    if (this.#options.isTerminal) this.#draw([])
  }

  /**
   * Draws what has not been drawn yet and leaves it on the screen for good: others may write below. Of what is heard later, only
   * how tasks end is written, below that.
   */
  close(): void {
    this.flush()
    this.#isClosed = true
    this.#region.release()
    this.#stopTimers()
  }

  /** The end of a task is drawn even if nothing else keeps the process alive: those timers are not in the background. */
  #requestFrame(): void {
    if (this.#frame !== undefined) return
    const wait = Math.max(0, this.#lastFrameAt + FRAME_MS - performance.now())
    this.#frame = setTimeout(() => this.#draw([]), wait)
    if (!this.#isClosed) this.#ticker ??= setInterval(() => this.#requestFrame(), IDLE_FRAME_MS).unref()
  }

  #draw(above: readonly string[]): void {
    clearTimeout(this.#frame)
    this.#frame = undefined
    this.#lastFrameAt = performance.now()
    const { stream, columns = stream.columns ?? 80 } = this.#options
    // A line as wide as the terminal leaves the cursor where terminals disagree about the next line.
    const canvas: Canvas = { ...this.#style, columns: Math.max(20, columns - 1), nowMs: this.#now() }
    const ended = this.#board.tasks.filter((task) => task.hasEnded)
    const kept = ended.flatMap((task) => taskLines(task, canvas, this.#options.keep === 'headline' ? 0 : KEPT_STEPS))
    for (const task of ended) this.#board.remove(task)
    this.#region.draw(this.#isClosed ? [] : this.#liveLines(canvas), columns, [...above, ...kept])
    if (this.#board.tasks.length === 0) this.#stopTimers()
  }

  #liveLines(canvas: Canvas): string[] {
    const { stream, rows = stream.rows ?? 24 } = this.#options
    // One row stays for the cursor below.
    let room = Math.max(1, rows - 1)
    const tasks = byUrgency(this.#board.tasks)
    if (tasks.length === 0) return []
    const full = tasks.map((task) => task.steps.size + 1)
    if (full.reduce((sum, height) => sum + height, 0) <= room) return tasks.flatMap((task) => taskLines(task, canvas))
    const lines: string[] = []
    for (const [index, task] of tasks.entries()) {
      const left = tasks.length - index
      if (left > 1 && room <= 1) {
        lines.push(oneLine(`${canvas.ascii ? '...' : '…'} and ${left} more tasks`))
        break
      }
      const reserve = left > 1 ? 1 : 0
      const share = Math.max(1, Math.min(full[index]!, room - reserve, Math.max(3, Math.floor(room / left))))
      const own = taskLines(task, canvas, share - 1)
      lines.push(...own)
      room -= own.length
    }
    return lines
  }

  #stopTimers(): void {
    clearTimeout(this.#frame)
    clearInterval(this.#ticker)
    this.#frame = undefined
    this.#ticker = undefined
  }
}

/** Running ones first, those that wait after them, each in their order. */
function byUrgency(tasks: readonly TaskOnBoard[]): TaskOnBoard[] {
  return [...tasks].sort((a, b) => Number(b.look === 'running') - Number(a.look === 'running'))
}
