import assert from 'node:assert/strict'
import { BrokenWriteError, DatabaseUnavailableError } from '../../../core/errors/persistence-errors.js'
import {
  explainFailure,
  isReadOnly,
  isRefusal,
  isWorthRepeating,
  sqlStateOf,
} from '../../../core/persistence/database-failures.js'

/** As the driver throws what a server reports. */
function reported(sqlState: string): Error {
  return Object.assign(new Error(`as ${sqlState}`), { severity: 'ERROR', code: sqlState })
}

function reasonOf(error: unknown): unknown {
  const explained = explainFailure(error)
  return explained instanceof DatabaseUnavailableError ? explained.details.reason : undefined
}

describe('a failure of the database', () => {
  const unavailable = {
    connection: ['08000', '08006', '57P01', '57P02', '57P03', '57P04', '57P05', '25P03'],
    read_only: ['25006'],
    resources: ['53100', '53200', '53300', '53400', '58030'],
    time: ['57014', '55P03'],
    conflict: ['40001', '40P01'],
    access: ['28000', '28P01', '3D000'],
    schema: ['42501', '42P01', '42883', '3F000', '0A000', '25P02', '26000'],
  }
  for (const [reason, states] of Object.entries(unavailable)) {
    it(`is waited for, because of ${reason}, where the server says ${states.join(', ')}`, () => {
      for (const state of states) {
        assert.equal(reasonOf(reported(state)), reason, state)
        assert.equal(isRefusal(reported(state)), false, state)
        assert.equal(isRefusal(explainFailure(reported(state))), false, state)
      }
    })
  }

  it('is waited for where the connection is lost or cannot be made', () => {
    const system = (code: string) => Object.assign(new Error(`connect ${code}`), { code })
    const both = new AggregateError([system('ECONNREFUSED'), system('ECONNREFUSED')])
    for (const error of [
      ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'ENOENT'].map(system),
      Object.assign(both, { code: 'ECONNREFUSED' }),
      new Error('Connection terminated unexpectedly'),
      new Error('Connection terminated due to connection timeout'),
    ]) {
      assert.equal(reasonOf(error), 'connection', error.message)
      assert.equal(isRefusal(error), false)
    }
    assert.equal(reasonOf(new Error('timeout exceeded when trying to connect')), 'pool')
  })

  it('is a refusal of data, to be halved, in the classes 21, 22, 23, 44, 54, for what cannot be read, and for what nobody foresaw', () => {
    for (const state of ['21000', '22P05', '23505', '44000', '54000', '08P01', 'XX000', 'P0001', '39000']) {
      assert.equal(isRefusal(reported(state)), true, state)
      assert.equal(reasonOf(reported(state)), undefined, state)
    }
    assert.equal(isRefusal(new BrokenWriteError('x', {})), true)
  })

  it('is neither where a program is at fault', () => {
    class OrmError extends Error {}
    for (const error of [new TypeError('x'), new RangeError('Invalid string length'), new OrmError('x')]) {
      assert.equal(explainFailure(error), error)
      assert.equal(isRefusal(error), false)
    }
  })

  it('keeps what the server said when it is explained', () => {
    const explained = explainFailure(reported('40P01'))
    assert.equal(sqlStateOf(explained), '40P01')
    assert.ok(isWorthRepeating(explained))
    assert.ok(isReadOnly(explainFailure(reported('25006'))))
    assert.equal(explainFailure(explained), explained)
    assert.match((explained as Error).message, /as 40P01/)
    assert.equal((explained as DatabaseUnavailableError).details.code, '40P01')
  })
})
