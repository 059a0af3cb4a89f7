import { equal, throws } from 'node:assert/strict'
import { exportProgressText } from '../../../core/cli/export-progress-text.js'
import { parseBytes } from '../../../core/cli/option-parsers.js'

describe('cli: the progress of an export', () => {
  it('says how far it is, how fast, and how long it will take', () => {
    equal(
      exportProgressText({ records: 1_200_000, bytes: 34_500_000, share: 0.5 }, 24_000),
      '[############............]  50 %  1,200,000 records  34.5 MB  50,000/s  24s left',
    )
  })

  it('has no bar where nobody knows how much there is, and nothing left at the end', () => {
    equal(exportProgressText({ records: 10, bytes: 120 }, 0), '10 records  120 B  0/s')
    equal(
      exportProgressText({ records: 10, bytes: 120, share: 1 }, 1_000),
      '[########################] 100 %  10 records  120 B  10/s',
    )
  })
})

describe('cli: sizes', () => {
  it('are read with their units', () => {
    equal(parseBytes('--split', '100MB'), 100_000_000)
    equal(parseBytes('--split', '1.5 GB'), 1_500_000_000)
    equal(parseBytes('--split', '64KiB'), 65_536)
    equal(parseBytes('--split', '4096'), 4_096)
    for (const text of ['', 'MB', '-1MB', '0', '5XB']) throws(() => parseBytes('--split', text), /is not a size/)
  })
})
