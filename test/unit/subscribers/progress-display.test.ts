import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { ProgressDisplay, type ProgressOptions } from '../../../subscribers/progress/progress-display.js'
import { ProgressStory } from '../../support/progress-story.js'
import { TerminalScreen } from '../../support/terminal-screen.js'

function onTerminal(options: Partial<ProgressOptions> = {}) {
  const screen = new TerminalScreen(options.columns ?? 100, options.rows ?? 24)
  const display = new ProgressDisplay({
    stream: screen,
    isTerminal: true,
    colours: false,
    columns: 100,
    rows: 24,
    now: () => story.nowMs,
    ...options,
  })
  const story = new ProgressStory((event) => display.handle(event))
  return { screen, display, story }
}

function onPipe() {
  let text = ''
  const display = new ProgressDisplay({
    stream: { write: (chunk) => (text += chunk) },
    isTerminal: false,
    colours: false,
  })
  const story = new ProgressStory((event) => display.handle(event))
  return { display, story, lines: () => text.split('\n').slice(0, -1) }
}

describe('progress on a terminal', () => {
  it('shows each step with its state, its time and what there is to say', () => {
    const { screen, display, story } = onTerminal()
    story.begin()
    story.nowMs += 300
    story.step('step.completed', 'load', { durationMs: 300 })
    story.step('step.execution_requested', 'charge')
    story.step('step.execution_requested', 'reserve_stock')
    story.nowMs += 1500
    story.step('step.handle', 'charge', { progress: 0.5, number: 1, message: 'asking the gateway' })
    story.step('step.failed', 'reserve_stock', { willRetry: true, durationMs: 40 })
    story.step('step.retry_requested', 'reserve_stock', { dueAt: new Date(story.nowMs + 3000).toISOString() })
    display.flush()
    assert.deepEqual(screen.lines(), [
      '◒ payments.process_order@2.1.0  1.8s  1/4 steps  01970000-0000-7000-8000-00000000abcd',
      '  ✔ load            300ms',
      '  ◒ charge           1.5s  ━━━━━━━━━━──────────  50%  asking the gateway',
      '  ↻ reserve_stock          attempt 2 of 5 in 3.0s  no answer',
      '  ○ confirm                after charge, reserve_stock',
    ])
  })

  it('redraws in place, and leaves the end of a task on the screen', () => {
    const { screen, display, story } = onTerminal()
    story.begin()
    display.flush()
    story.step('step.completed', 'load')
    display.flush()
    story.step('step.failed', 'charge', { durationMs: 40, error: { ...error, code: 'CARD_STOLEN' } })
    story.task('task.failed', { error: { ...error, code: 'STEPS_FAILED', message: 'charge failed' } })
    display.flush()
    display.writeAbove('the prompt comes back')
    assert.deepEqual(screen.lines(), [
      '✖ payments.process_order@2.1.0  failed after 3.2s  1/4 steps  01970000-0000-7000-8000-00000000abcd',
      '  STEPS_FAILED: charge failed',
      '  ✔ load             12ms',
      '  ✖ charge           40ms  CARD_STOLEN: no answer',
      '  ○ reserve_stock          after load',
      '  ○ confirm                after charge, reserve_stock',
      'the prompt comes back',
    ])
  })

  it('shows the steps of several tasks, and keeps those that have ended above those that run', () => {
    const { screen, display, story } = onTerminal()
    const other = new ProgressStory((event) => display.handle(event), '01970000-0000-7000-8000-00000000ffff')
    story.begin()
    other.begin()
    display.flush()
    other.task('task.completed')
    display.flush()
    const headlines = screen.lines().filter((line) => !line.startsWith(' '))
    assert.match(headlines[0]!, /^✔ .*complete in 3\.2s.*ffff$/)
    assert.match(headlines[1]!, /^◐ .*abcd$/)
  })

  it('does not bring a task back that has ended when its handler still reports progress', () => {
    const { screen, display, story } = onTerminal()
    story.begin()
    story.task('task.cancelled')
    display.flush()
    const lines = screen.lines()
    story.step('step.handle', 'load', { progress: 0.9, number: 1 })
    display.flush()
    assert.deepEqual(screen.lines(), lines)
  })

  it('counts down to the next attempt', () => {
    const { screen, display, story } = onTerminal()
    story.begin()
    story.step('step.failed', 'load', { willRetry: true })
    story.step('step.retry_requested', 'load', { dueAt: new Date(story.nowMs + 2000).toISOString() })
    display.flush()
    assert(screen.lines()[1]!.includes('attempt 2 of 5 in 2.0s'))
    story.nowMs += 1500
    display.writeAbove('later')
    assert(screen.lines()[2]!.includes('attempt 2 of 5 in 0.5s'))
  })

  it('never draws more than the terminal has rows, and keeps what runs or failed in sight', () => {
    const { screen, display, story } = onTerminal({ rows: 10 })
    story.task('task.initialize_requested')
    for (let index = 0; index < 100; index++) story.step('step.initialize_requested', `notify[${index}]`)
    story.task('task.start_requested')
    for (let index = 0; index < 50; index++) story.step('step.completed', `notify[${index}]`)
    story.step('step.failed', 'notify[60]')
    story.step('step.execution_requested', 'notify[70]')
    display.flush()
    const lines = screen.lines()
    assert.equal(lines.length, 9)
    assert(lines.some((line) => line.includes('✖ notify[60]')))
    assert(lines.some((line) => line.includes('◐ notify[70]')))
    assert.equal(lines.at(-1), '  … 93 more: 50 complete, 43 pending')
    assert.match(lines[0]!, /━━━━━━━━━━────────── {2}50% {2}50\/100 steps/)
    display.flush()
    assert.equal(screen.scrolledOff, 0)
  })

  it('says how many tasks there is no room for', () => {
    const { screen, display } = onTerminal({ rows: 6 })
    for (let index = 0; index < 20; index++) {
      new ProgressStory((event) => display.handle(event), `01970000-0000-7000-8000-0000000000${index + 10}`).begin()
    }
    display.flush()
    assert(screen.lines().length <= 5)
    assert.match(screen.lines().at(-1)!, /^… and \d+ more tasks$/)
  })

  it('cuts lines to the width of the terminal, wide characters counted twice', () => {
    const { screen, display, story } = onTerminal({ columns: 40 })
    story.begin()
    story.step('step.handle', 'load', {
      progress: 0,
      number: 1,
      message: '受注データを読み込んでいます。しばらくお待ちください',
    })
    display.flush()
    const widthOf = (line: string) => [...line].reduce((sum, character) => sum + (character > '\u3000' ? 2 : 1), 0)
    for (const line of screen.lines()) assert(widthOf(line) < 40, line)
    assert(widthOf(screen.lines()[1]!) > 36)
    assert(screen.lines()[1]!.endsWith('…'))
  })

  it('lets no escape sequence and no line break of a message through', () => {
    const { screen, display, story } = onTerminal()
    story.begin()
    story.step('step.handle', 'load', { progress: 0.1, number: 1, message: 'a\u001b[2J\nb\u001b]0;title\u0007c\r' })
    display.flush()
    assert(screen.lines()[1]!.endsWith('a bc'))
    assert.equal(screen.lines().length, 5)
  })

  it('writes lines of others above its own', () => {
    const { screen, display, story } = onTerminal()
    story.begin()
    display.flush()
    display.writeAbove('WARN one\nWARN two\n')
    assert.deepEqual(screen.lines().slice(0, 2), ['WARN one', 'WARN two'])
    assert.equal(screen.lines().length, 7)
  })

  it('draws at most 20 times a second, and the last state without being asked', async () => {
    const { screen, story } = onTerminal()
    story.begin()
    const until = Date.now() + 300
    for (let number = 1; Date.now() < until; number++) {
      story.step('step.handle', 'load', { progress: (number % 100) / 100, number })
      await sleep(1)
    }
    story.step('step.completed', 'load')
    story.task('task.completed')
    await sleep(120)
    assert(screen.writes >= 3 && screen.writes <= 9, `${screen.writes} frames`)
    assert.match(screen.lines()[0]!, /^✔ .*complete in 3\.2s/)
  })

  it('writes nothing when nothing has changed', () => {
    const { screen, display, story } = onTerminal()
    story.begin()
    display.flush()
    const { writes } = screen
    display.flush()
    assert.equal(screen.writes, writes)
  })

  it('takes the place of wrapped lines after the terminal was made narrower', () => {
    const screen = new TerminalScreen(60, 24)
    let columns = 60
    const stream = {
      write: (text: string) => screen.write(text),
      get columns() {
        return columns
      },
    }
    const display = new ProgressDisplay({ stream, isTerminal: true, colours: false, now: () => story.nowMs })
    const story = new ProgressStory((event) => display.handle(event))
    story.begin()
    display.flush()
    columns = 30
    screen.resize(30)
    story.step('step.completed', 'load')
    display.flush()
    assert.equal(screen.lines().length, 5)
    assert.match(screen.lines()[1]!, /✔ load/)
  })

  it('overwrites nothing that others write after it was closed, and still says how a task ended', () => {
    const { screen, display, story } = onTerminal()
    story.begin()
    display.close()
    screen.write('a summary\n')
    story.step('step.completed', 'load')
    display.flush()
    assert.equal(screen.lines().at(-1), 'a summary')
    story.task('task.completed')
    display.flush()
    assert.equal(screen.lines()[5], 'a summary')
    assert.match(screen.lines()[6]!, /^✔ .*complete in 3\.2s/)
  })

  it('keeps only how a task ended when asked to', () => {
    const { screen, display, story } = onTerminal({ keep: 'headline' })
    story.begin()
    story.task('task.completed')
    display.flush()
    assert.equal(screen.lines().length, 1)
  })

  it('uses nothing but ASCII when asked to', () => {
    const { screen, display, story } = onTerminal({ ascii: true })
    story.begin()
    story.step('step.handle', 'load', { progress: 0.5, number: 1, message: 'm'.repeat(200) })
    display.flush()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
    assert.match(screen.lines().join('\n'), /^[\x00-\x7f]+$/)
  })

  it('colours only when asked to', () => {
    for (const colours of [true, false]) {
      const { screen, display, story } = onTerminal({ colours })
      story.begin()
      display.flush()
      assert.equal(screen.raw.includes('\u001b[36m'), colours)
    }
  })
})

describe('progress without a terminal', () => {
  it('is one line for each change, without escape sequences', () => {
    const { story, lines } = onPipe()
    story.begin()
    story.nowMs += 1250
    story.step('step.handle', 'load', { progress: 0.5, number: 1 })
    story.step('step.failed', 'load', { willRetry: true })
    story.step('step.retry_requested', 'load', { dueAt: new Date(story.nowMs + 2000).toISOString() })
    story.step('step.execution_requested', 'load')
    story.step('step.completed', 'load')
    story.step('step.resolved_manually', 'charge')
    story.step('step.resolved_manually', 'confirm', { how: 'by_person', reason: 'paid in cash' })
    story.step('step.cancelled', 'reserve_stock')
    story.task('task.failed')
    const task = 'payments.process_order@2.1.0 (00abcd)'
    assert.deepEqual(lines(), [
      `10:00:00.000 ○ ${task} created with 4 steps, id 01970000-0000-7000-8000-00000000abcd`,
      `10:00:00.000 ◐ ${task} started`,
      `10:00:00.000 ◐ ${task} load runs`,
      `10:00:01.250 ↻ ${task} load will be tried again, attempt 2 of 5 in 2.0s: no answer`,
      `10:00:01.250 ◐ ${task} load runs (attempt 2 of 5)`,
      `10:00:01.250 ✔ ${task} load complete in 12ms (attempt 2 of 5)`,
      `10:00:01.250 ↷ ${task} charge skipped: bypassed`,
      `10:00:01.250 ✔ ${task} confirm resolved by Ann: paid in cash`,
      `10:00:01.250 ⊘ ${task} reserve_stock cancelled by Ann: no longer needed`,
      `10:00:01.250 ✖ ${task} failed after 3.2s: no answer`,
    ])
  })

  it('tells why a task waits', () => {
    const { story, lines } = onPipe()
    story.begin()
    story.task('task.initialize_requested', { from: 'in_progress', reason: 'x', parked: 'waiting_for_child' })
    assert(lines().at(-1)!.endsWith('waits: waiting for child'))
  })

  it('is silent about progress of a task that it does not know', () => {
    const { story, lines } = onPipe()
    story.step('step.handle', 'load', { progress: 0.5, number: 1 })
    assert.deepEqual(lines(), [])
  })

  it('passes lines of others on', () => {
    const { display, lines } = onPipe()
    display.writeAbove('a line')
    assert.deepEqual(lines(), ['a line'])
  })
})

const error = { name: 'Error', message: 'no answer', category: 'network', retryable: false } as const
