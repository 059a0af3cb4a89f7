import assert from 'node:assert/strict'
import { takeInterruption } from '../../../core/cli/interruption.js'
import { Session } from '../../../core/cli/session.js'
import { fakeTerminal } from './fake-terminal.js'

describe('cli: interruption', () => {
  it('aborts with the first signal and ends the process with the second', () => {
    const terminal = fakeTerminal()
    const told: string[] = []
    using interruption = takeInterruption(new Session(terminal), (signal) => told.push(signal))
    terminal.send('SIGTERM')
    assert.ok(interruption.signal.aborted)
    assert.deepEqual(terminal.exits, [])
    terminal.send('SIGINT')
    assert.deepEqual(terminal.exits, [1])
    assert.deepEqual(told, ['SIGTERM'])
  })

  it('lets go of the signals when it is over', () => {
    const terminal = fakeTerminal()
    const interruption = takeInterruption(new Session(terminal))
    interruption[Symbol.dispose]()
    terminal.send('SIGINT')
    assert.ok(!interruption.signal.aborted)
  })

  it('aborts when nobody reads the output any more', () => {
    const terminal = fakeTerminal()
    const session = new Session(terminal)
    using interruption = takeInterruption(session)
    terminal.stdout.destroy(new Error('EPIPE'))
    return new Promise<void>((resolve) => interruption.signal.addEventListener('abort', () => resolve()))
  })
})
