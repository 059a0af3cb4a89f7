import assert from 'node:assert/strict'
import { releasedContract, releasedVersions } from '../../../../core/cli/contract-file.js'
import { changeLine } from '../../../../core/cli/contract-text.js'
import { compareContracts, versionAfter } from '../../../../core/events/contract/compare-contracts.js'
import { eventContract, eventContractVersion } from '../../../../core/events/contract/event-contract.js'

const [major, minor] = eventContractVersion.split('.').map(Number)

describe('the contract of events', () => {
  it('was released once at least', () => assert(releasedVersions().length > 0))

  for (const version of releasedVersions()) {
    it(`breaks no subscriber that was written for ${version}, unless its major version says so`, () => {
      const released = releasedContract(version)
      assert.equal(released.version, version)
      const changes = compareContracts(released, eventContract())
      const [least, lines] = [versionAfter(version, changes), changes.map(changeLine).join('\n')]
      const [leastMajor, leastMinor] = least.split('.').map(Number)
      const isHighEnough = major! > leastMajor! || (major === leastMajor && minor! >= leastMinor!)
      assert(
        isHighEnough,
        `since ${version} has changed:\n${lines}\nIf it is meant, raise eventContractVersion in core/events/contract/event-contract.ts to ${least} or higher.`,
      )
    })
  }
})
