import assert from 'node:assert/strict'
import { followGuide } from '../../support/docs/follow-guide.js'
import { documents, firstGuide, guideNames, guides, isGuide } from '../../support/docs/guides.js'

describe('the guides', function () {
  this.timeout(300_000)

  for (const guide of guides().filter(({ path }) => path === firstGuide)) {
    it(`can be followed as they stand: ${guide.path}`, () => followGuide(guide))
  }

  it('are marked as such, so that their blocks are tried', () => {
    const names = new Set(guideNames.map((name) => `docs/${name}.md`))
    const unmarked = documents().filter(({ path, text }) => names.has(path) && !isGuide(text))
    assert.deepEqual(
      unmarked.map(({ path }) => path),
      [],
    )
  })
})
