/** A custom event that a handler published, held back until its success is committed. */
export interface HeldEvent {
  readonly name: string
  readonly payload: unknown
}
