import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { checkout } from '../../support/docs/generated-section.js'

const documents = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'plugins/README.md'],
  ...readdirSync(join(checkout, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
]

describe('the links of the documentation', () => {
  for (const path of documents) {
    it(`lead somewhere in ${path}`, () => {
      const text = readFileSync(join(checkout, path), 'utf8')
      const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)
      const dead = links.filter((target) => !/^https?:/.test(target) && !leads(path, target))
      assert.deepEqual(dead, [])
    })
  }

  it('reach every decision record from their list', () => {
    const folder = join(checkout, 'docs/decisions')
    const list = readFileSync(join(folder, 'README.md'), 'utf8')
    const records = readdirSync(folder).filter((file) => file !== 'README.md')
    assert(records.length >= 8)
    assert.deepEqual(
      records.filter((file) => !list.includes(`(${file})`)),
      [],
    )
  })
})

/** Whether a link from a document leads to a file, and to a headline in it where it names one. */
function leads(from: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? join(checkout, from) : resolve(checkout, dirname(from), path)
  if (!existsSync(file)) return false
  return anchor === undefined || anchorsOf(readFileSync(file, 'utf8')).includes(anchor)
}

/** The anchors that a forge makes of headlines. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, headline]) =>
    headline!
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}
