import { ExampleProject } from './example-project.js'
import { afterACharge, assertRunsToItsEnd } from './killed-start.js'

/** At other moments, and several times: killed-start.long.test.ts. */
describe('npm start after kill -9', function () {
  this.timeout(180_000)

  it('finishes what was begun, each step once and each order charged once: when the gateway has charged and nobody knows yet', async () => {
    await using project = await ExampleProject.create()
    await project.start({ killWhen: afterACharge(project) })
    await assertRunsToItsEnd(project)
  })
})
