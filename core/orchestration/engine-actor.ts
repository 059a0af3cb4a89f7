/** Who the engine is, where an event asks for an actor. */
export const engineActor = { id: 'tasker', kind: 'system' } as const
