import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { exitCodeOf, wrongCalls } from '../../../core/cli/exit-codes.js'
import { InterruptedError, InvalidArgumentError } from '../../../core/errors/cli-errors.js'
import { ConfigurationFileNotFoundError } from '../../../core/errors/configuration-errors.js'
import { EmbeddedDatabaseInUseError } from '../../../core/errors/embedded-database-errors.js'
import { UnknownFormatError, UnknownHandlerError } from '../../../core/errors/registry-errors.js'
import {
  CommandFailedError,
  ContextInvalidError,
  TaskNotFoundError,
  WaitTimeoutError,
} from '../../../core/errors/task-errors.js'

describe('cli: exit codes', () => {
  it('are 2 for what the caller can mend by calling otherwise', () => {
    const wrongCalls = [
      new InvalidArgumentError('--limit', 'it is no number'),
      new ConfigurationFileNotFoundError('/nowhere.ts'),
      new UnknownHandlerError({ namespace: 'a', name: 'b', missing: 'name', choices: [] }),
      new UnknownFormatError('png', ['csv']),
      new ContextInvalidError('a.b@1.0.0', []),
      new TaskNotFoundError('1'),
    ]
    for (const error of wrongCalls) assert.equal(exitCodeOf(error), 2, error.code)
  })

  it('are 1 for what failed', () => {
    const holder = { pid: 1, host: 'a', startedAt: '2026-01-01T00:00:00Z' }
    const failures = [
      new Error('unforeseen'),
      'not even an error',
      new EmbeddedDatabaseInUseError('.tasker/db', holder),
      new WaitTimeoutError('1', 10, 'pending'),
      new CommandFailedError('ILLEGAL_TRANSITION', 'it is complete', {}),
      new InterruptedError('Interrupted'),
    ]
    for (const error of failures) assert.equal(exitCodeOf(error), 1, String(error))
  })

  it('name only codes that an error has', async () => {
    const folder = new URL('../../../../core/errors/', import.meta.url)
    const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'))
    const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')))
    const source = texts.join('\n')
    for (const code of wrongCalls) assert.ok(source.includes(`'${code}'`), code)
  })
})
