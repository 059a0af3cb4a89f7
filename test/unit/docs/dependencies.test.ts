import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkout, sectionOf } from '../../support/docs/generated-section.js'
import { tableRows } from '../../support/docs/markdown-table.js'

const manifest = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'))
const architecture = readFileSync(join(checkout, 'docs/architecture.md'), 'utf8')

describe('the dependencies', () => {
  it('have a line of justification each in docs/architecture.md, which justifies no other', () => {
    const rows = tableRows(sectionOf(architecture, 'dependencies'))
    const justified = rows.map(([name]) => name!.replaceAll('`', ''))
    assert.deepEqual(justified, Object.keys(manifest.dependencies).sort())
    assert.deepEqual(
      rows.filter(([, because]) => !because),
      [],
    )
  })

  it('that are optional are named there, too', () => {
    for (const name of Object.keys(manifest.peerDependencies ?? {})) {
      assert.equal(manifest.peerDependenciesMeta?.[name]?.optional, true, `${name} is not optional`)
      assert(architecture.includes(`\`${name}\``), `${name} is not in docs/architecture.md`)
    }
  })

  it('of MikroORM are of one exact version, and PGlite is the one that its socket asks for', () => {
    const { dependencies } = manifest
    const versions = Object.keys(dependencies).filter((name) => name.startsWith('@mikro-orm/'))
    assert.equal(new Set(versions.map((name) => dependencies[name])).size, 1)
    const lock = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8'))
    const { peerDependencies } = lock.packages['node_modules/@electric-sql/pglite-socket']
    assert.equal(dependencies['@electric-sql/pglite'], peerDependencies['@electric-sql/pglite'])
  })
})
