/** The families of the lifecycle events. */
export const lifecycleFamilies = ['task', 'step', 'workflow', 'observability', 'export', 'registry'] as const
export type LifecycleFamily = (typeof lifecycleFamilies)[number]

/** The families that custom events may not use. */
export const reservedFamilies = [...lifecycleFamilies, 'test'] as const
export type ReservedFamily = (typeof reservedFamilies)[number]

/** The family of an event name or pattern: what stands before the first dot. */
export function familyOf(name: string): string {
  const dot = name.indexOf('.')
  return dot === -1 ? name : name.slice(0, dot)
}

/** Whether a name or pattern belongs to a family that custom events may not use. */
export function isReservedFamily(family: string): family is ReservedFamily {
  return (reservedFamilies as readonly string[]).includes(family)
}
