import assert from 'node:assert/strict'
import { painter } from '../../../core/cli/paint.js'
import { terminalLogger } from '../../../core/cli/terminal-logger.js'

const filter = { parameters: ['secret'], mask: '[FILTERED]' }

function logger(level: 'debug' | 'warn' | 'silent') {
  const lines: string[] = []
  return { lines, log: terminalLogger({ level, filter, paint: painter(false), write: (line) => lines.push(line) }) }
}

describe('cli: log for a terminal', () => {
  it('writes one short line for each entry of its level or above', () => {
    const { lines, log } = logger('warn')
    log.info({ a: 1 }, 'too much')
    log.child({ taskId: '1' }).warn({ err: new Error('no answer') }, 'the gateway\nis slow')
    log.error({}, 'over')
    assert.equal(lines.length, 2)
    assert.match(lines[0]!, /^\d\d:\d\d:\d\d warn {2}the gateway is slow: no answer$/)
    assert.match(lines[1]!, /error over$/)
  })

  it('writes the fields, masked, where everything is asked for', () => {
    const { lines, log } = logger('debug')
    log.child({ taskId: '1' }).debug({ secret: 'x' }, 'asked')
    assert.match(lines[0]!, /debug asked \{"taskId":"1","secret":"\[FILTERED\]"\}$/)
  })

  it('is silent where it is told to', () => {
    const { lines, log } = logger('silent')
    log.error({}, 'over')
    assert.deepEqual(lines, [])
  })
})
