/**
 * What a change means to a subscriber that was written before it.
 *
 * - `breaking`: what it relies on may be gone, or what it never had to expect may come.
 * - `notable`: it goes on; a word that it does not know may come, or fewer than before.
 * - `compatible`: new, and nothing that it reads.
 */
export type ChangeWeight = 'breaking' | 'notable' | 'compatible'

/** One difference between two contracts. */
export interface ContractChange {
  readonly weight: ChangeWeight
  /** Name of the event; `envelope` for what is around all payloads. */
  readonly event: string
  /** Where in it: `payload.error.code`; empty for the event itself. */
  readonly path: string
  /** What has changed, in words. */
  readonly change: string
}

/** A difference between two schemas; its event is for the caller to add. */
export type SchemaChange = Omit<ContractChange, 'event'>

/** Whether one of them breaks a subscriber. */
export function hasBreak(changes: readonly Pick<ContractChange, 'weight'>[]): boolean {
  return changes.some(({ weight }) => weight === 'breaking')
}
