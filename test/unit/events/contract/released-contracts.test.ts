import assert from 'node:assert/strict'
import { releasedContract, releasedVersions } from '../../../../core/cli/contract-file.js'
import { changeLine } from '../../../../core/cli/contract-text.js'
import { compareContracts, versionAfter } from '../../../../core/events/contract/compare-contracts.js'
import {
  type ContractEvent,
  type EventContract,
  eventContract,
  eventContractVersion,
} from '../../../../core/events/contract/event-contract.js'
import { allSubscriptionEvents } from '../../../../core/events/subscription-events.js'

const [major, minor] = eventContractVersion.split('.').map(Number)

/** A contract as it is kept: with the events of Tasker's own that are none of the 56, and that a project has when it has a durable subscriber. */
type KeptContract = EventContract & { readonly own: readonly ContractEvent[] }

describe('the contract of events', () => {
  it('is kept of one version at least, so that a break is seen', () => assert(releasedVersions().length > 0))

  for (const version of releasedVersions()) {
    it(`breaks no subscriber that was written for ${version}, unless its major version says so`, () => {
      const { own, ...kept } = releasedContract(version) as KeptContract
      assert.equal(kept.version, version)
      assert(own.length > 0)
      const all = { ...kept, events: [...kept.events, ...own] }
      const changes = compareContracts(all, eventContract(allSubscriptionEvents))
      const [least, lines] = [versionAfter(version, changes), changes.map(changeLine).join('\n')]
      const [leastMajor, leastMinor] = least.split('.').map(Number)
      const isHighEnough = major! > leastMajor! || (major === leastMajor && minor! >= leastMinor!)
      assert(
        isHighEnough,
        `since ${version} has changed:\n${lines}\nIf it is meant, raise eventContractVersion in core/events/contract/event-contract.ts to ${least} or higher, or, as long as no Tasker was released, write the contract anew by test/support/docs/release-contract.ts.`,
      )
    })
  }
})
