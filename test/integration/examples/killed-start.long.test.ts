import { ExampleProject } from './example-project.js'
import {
  afterACharge,
  assertRunsToItsEnd,
  atRandom,
  betweenCreations,
  exporting,
  type KillMoment,
  openingItsDatabase,
} from './killed-start.js'

describe('npm start after kill -9, at any time', function () {
  this.timeout(180_000)

  const moments: Readonly<Record<string, KillMoment>> = {
    'while it opens its database for the first time': openingItsDatabase,
    'between the creation of its tasks': betweenCreations,
    'while it exports': exporting,
    'at a random moment': atRandom,
  }

  for (const [moment, killWhen] of Object.entries(moments)) {
    it(`finishes what was begun, each step once and each order charged once: ${moment}`, async () => {
      await using project = await ExampleProject.create()
      await project.start({ killWhen: killWhen(project) })
      await assertRunsToItsEnd(project)
    })
  }

  it('does so after several kills in a row', async () => {
    await using project = await ExampleProject.create()
    for (const killWhen of [afterACharge, atRandom]) await project.start({ killWhen: killWhen(project) })
    await assertRunsToItsEnd(project)
  })
})
