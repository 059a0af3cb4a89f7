import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { httpOptionNames } from '../../../core/http/check-options.js'
import { httpStatuses, keptResponseHeaders } from '../../../core/index.js'
import { checkout } from '../../support/docs/generated-section.js'
import { tableRows } from '../../support/docs/markdown-table.js'

describe('docs/http.md', () => {
  const text = readFileSync(join(checkout, 'docs/http.md'), 'utf8')
  const rows = tableRows(text).map(([name, ...rest]) => [name!.replaceAll('`', ''), ...rest] as const)

  it('lists the options that there are', () => {
    const listed = rows.map(([name]) => name).filter((name) => !/^\dxx$|^\d{3}$/.test(name))
    assert.deepEqual(
      listed.filter((name) => name !== 'option' && name !== 'status').sort(),
      [...httpOptionNames].sort(),
    )
  })

  it('lists what each status means', () => {
    const listed = rows.filter(([name]) => /^\dxx$|^\d{3}$/.test(name)).map(([name, outcome]) => [name, outcome])
    assert.deepEqual(Object.fromEntries(listed), { ...httpStatuses })
  })

  it('lists the headers of a response that are stored', () => {
    const line = /only these are stored: ([^.]*)\./.exec(text)?.[1] ?? ''
    assert.deepEqual(
      Array.from(line.matchAll(/`([^`]+)`/g), ([, name]) => name),
      keptResponseHeaders,
    )
  })
})
