import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkHouse, describeViolation } from '../support/house-rules.js'

/** Tests run from dist/test/house. */
const root = fileURLToPath(new URL('../../../', import.meta.url))
const notOurs = new Set(['node_modules', 'dist', 'coverage', '.git', '.tasker'])

/** Files of the project: those that git knows or would add; where there is no git, all but what is built or installed. */
function projectPaths(): string[] {
  try {
    const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const paths = listed.split('\n').filter((path) => path !== '' && existsSync(join(root, path)))
    if (paths.length > 0) return paths
  } catch {
    // No git, or no repository: a package that was unpacked.
  }
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.split('/').some((part) => notOurs.has(part)))
}

describe('the house', () => {
  it('keeps the rules of DESIGN §3: who imports whom, what is named how, and what stands in the root', () => {
    const paths = projectPaths()
    const files = new Map(
      paths.map((path) => [path, /\.[cm]?[jt]sx?$/.test(path) ? readFileSync(join(root, path), 'utf8') : '']),
    )
    assert(files.has('package.json'), `there is no project in ${root}`)
    assert([...files.keys()].filter((path) => path.startsWith('core/')).length > 10, 'the files of core were not found')
    const problems = checkHouse(files).map((violation) => describeViolation(violation))
    assert.deepEqual(problems, [], `\n${problems.join('\n')}\n`)
  })
})
