/** Where a registered thing came from, in order of discovery. */
export interface Origin {
  readonly kind: 'built_in' | 'package' | 'folder' | 'configuration' | 'code'
  /** Package name, or path relative to the project, or a description. */
  readonly place: string
}

/** `folder handlers/orders.task.ts` */
export function describeOrigin(origin: Origin): string {
  return `${origin.kind.replace('_', ' ')} ${origin.place}`.trim()
}
