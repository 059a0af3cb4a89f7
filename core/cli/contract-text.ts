import type { ChangeWeight, ContractChange } from '../events/contract/contract-change.js'
import type { EventContract } from '../events/contract/event-contract.js'
import type { Colour, Paint } from './paint.js'

const titles: Readonly<Record<ChangeWeight, readonly [string, Colour]>> = {
  breaking: ['breaks subscribers', 'red'],
  notable: ['worth a look', 'yellow'],
  compatible: ['new, and breaks nothing', 'green'],
}

/** What `events diff` prints: what breaks first, each change with its event and place. */
export function contractChangesText(
  changes: readonly ContractChange[],
  [from, to]: readonly [EventContract, EventContract],
  paint: Paint,
): string {
  const compared = `contract ${from.version}, ${from.events.length} events → ${to.version}, ${to.events.length} events`
  if (changes.length === 0) return `${compared}\nno difference`
  const parts = (Object.keys(titles) as ChangeWeight[]).flatMap((weight) => {
    const of = changes.filter((change) => change.weight === weight)
    if (of.length === 0) return []
    const [title, colour] = titles[weight]
    return [[paint(colour, `${title} (${of.length})`), ...of.map((change) => `  ${changeLine(change)}`)].join('\n')]
  })
  return [compared, ...parts].join('\n\n')
}

/** `task.failed: payload.error.code may now be absent` */
export function changeLine({ event, path, change }: ContractChange): string {
  return `${event}: ${path === '' ? '' : `${path} `}${change}`
}
