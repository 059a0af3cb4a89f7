/**
 * Writes the present contract of events as a released one: part of every release in which its version is new. A released
 * contract is never written again.
 *
 *   npm run -s build && node dist/test/support/docs/release-contract.js
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventContract, eventContractVersion } from '../../../core/events/contract/event-contract.js'
import { checkout } from './generated-section.js'

const file = join(checkout, 'docs', 'event-contracts', `${eventContractVersion}.json`)
if (existsSync(file)) throw new Error(`${file} is there: version ${eventContractVersion} of the contract was released`)
// Examples are no part of what is compared, and half of the text.
const contract = eventContract()
const events = contract.events.map(({ example: _example, ...event }) => event)
writeFileSync(file, `${JSON.stringify({ ...contract, events }, null, 1)}\n`)
