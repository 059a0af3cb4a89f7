import assert from 'node:assert/strict'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { checkout } from '../../support/docs/generated-section.js'
import { type PackedTarball, packCheckout } from '../../support/docs/packed-project.js'
import { emptyFolder } from '../../support/docs/readme-project.js'

const manifest = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8'))

/** What it is to those who install it: packed.long.test.ts, and starting/init.test.ts. */
describe('the packed package', function () {
  this.timeout(120_000)

  let folder: string
  let tarball: PackedTarball

  before(async () => {
    folder = await emptyFolder()
    tarball = await packCheckout(folder)
  })

  after(() => rm(folder, { recursive: true, force: true }))

  it('holds what it needs', () => {
    const needed = [
      ...['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'],
      ...['core/cli/tasker.cjs', 'core/cli/check-node.cjs', 'dist/core/cli/main.js'],
      ...['dist/core/index.js', 'dist/core/index.d.ts'],
      ...['csv', 'json', 'ndjson', 'parquet'].map((format) => `dist/exporters/${format}/index.d.ts`),
      ...['logging', 'progress'].map((name) => `dist/subscribers/${name}/index.js`),
    ]
    assert.deepEqual(
      needed.filter((path) => !tarball.paths.includes(path)),
      [],
    )
    const images = tarball.paths.filter((path) => path.endsWith('.gz'))
    assert.deepEqual(images, [
      `dist/core/persistence/embedded/image-${manifest.dependencies['@electric-sql/pglite']}.gz`,
    ])
  })

  it('has the types of every script that it holds, and every file that its exports and its command name', () => {
    const scripts = tarball.paths.filter((path) => path.endsWith('.js'))
    assert(scripts.length > 200)
    assert.deepEqual(
      scripts.filter((path) => !tarball.paths.includes(path.replace(/\.js$/, '.d.ts'))),
      [],
    )
    const named = [manifest.exports, manifest.bin].flatMap(pathsIn).filter((path) => !path.includes('*'))
    assert.deepEqual(
      named.filter((path) => !tarball.paths.includes(path.replace(/^\.\//, ''))),
      [],
    )
  })

  it('holds no tests, benchmarks, sources or maps of sources that are not there, and no examples and documents but those that are needed', () => {
    const superfluous =
      /^(dist\/)?(test|bench|examples|docs)\/|^(core|exporters|plugins|subscribers)\/.*(?<!\.d)\.ts$|\.map$/
    const needed = /^examples\/templates\/|^docs\/(asyncapi\.yaml$|event-contracts\/|task\.schema\.json$)/
    assert.deepEqual(
      tarball.paths.filter((path) => superfluous.test(path) && !needed.test(path)),
      [],
    )
  })

  it('holds the templates of new projects, all files of them', async () => {
    const entries = await readdir(join(checkout, 'examples/templates'), { recursive: true, withFileTypes: true })
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(checkout, join(entry.parentPath, entry.name)).split(sep).join('/'))
    const packed = tarball.paths.filter((path) => path.startsWith('examples/'))
    // That of the folder itself is for compiling the templates where they stand.
    assert.deepEqual(packed.sort(), files.filter((path) => path !== 'examples/templates/tsconfig.json').sort())
  })
})

/** The paths in a part of package.json, at any depth. */
function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : []
}
