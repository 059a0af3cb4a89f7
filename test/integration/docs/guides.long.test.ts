import { followGuide } from '../../support/docs/follow-guide.js'
import { firstGuide, guides } from '../../support/docs/guides.js'

describe('the guides after the first', function () {
  this.timeout(300_000)

  for (const guide of guides().filter(({ path }) => path !== firstGuide)) {
    it(`can be followed as they stand: ${guide.path}`, () => followGuide(guide))
  }
})
