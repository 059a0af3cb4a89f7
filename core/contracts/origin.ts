/** Where a registered thing came from, in order of discovery. */
export interface Origin {
  readonly kind: 'built_in' | 'package' | 'folder' | 'configuration' | 'code'
  /** Package name, or path relative to the project, or a description. */
  readonly place: string
}

/** `handlers/orders.task.ts`, `package acme-mail@1.2.0`, `configuration plugins[0]` */
export function describeOrigin({ kind, place }: Origin): string {
  return kind === 'folder' ? place : `${kind.replace('_', ' ')} ${place}`.trim()
}
