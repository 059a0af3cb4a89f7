/** Who asked for something, as it stands in the events and the log. */
export interface Actor {
  readonly id: string
  readonly kind: 'person' | 'system' | 'api' | 'agent'
  readonly name?: string
}
