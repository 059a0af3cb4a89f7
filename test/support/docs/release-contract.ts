/**
 * Writes the present contract of events as the one of its version: part of every release in which its version is new. A contract that
 * was released is never written again. Before the first release of the package the only one there is may be: nobody has it yet, and
 * whoever looks at the change sees what it breaks.
 *
 *   npm run -s build && node dist/test/support/docs/release-contract.js
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type EventContract,
  eventContract,
  eventContractVersion,
} from '../../../core/events/contract/event-contract.js'
import { allSubscriptionEvents } from '../../../core/events/subscription-events.js'
import { checkout } from './generated-section.js'

const file = join(checkout, 'docs', 'event-contracts', `${eventContractVersion}.json`)
const hasReleases = /^## \[\d/m.test(readFileSync(join(checkout, 'CHANGELOG.md'), 'utf8'))
if (existsSync(file) && hasReleases)
  throw new Error(`${file} is there: version ${eventContractVersion} of the contract was released`)
// Examples are no part of what is compared, and half of the text.
const withoutExamples = ({ events }: EventContract) => events.map(({ example: _example, ...event }) => event)
const contract = eventContract()
const own = withoutExamples(eventContract(allSubscriptionEvents)).slice(contract.events.length)
writeFileSync(file, `${JSON.stringify({ ...contract, events: withoutExamples(contract), own }, null, 1)}\n`)
