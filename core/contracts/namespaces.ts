import type { ChangeRecord } from './changes.js'
import type { PauseRecord } from './pauses.js'
import type { CommandOptions } from './task-request.js'

export interface NamespaceRecord {
  readonly name: string
  readonly description: string | null
  /** ISO 8601. */
  readonly createdAt: string
  /** Since when it is paused; null if it is not. */
  readonly pausedAt: string | null
}

/** `tasker.namespaces` */
export interface NamespacesApi {
  /**
   * Gives the namespace of this name, which is created if there is none. The description is stored where there is none yet: namespaces
   * also come into being with the first handler of theirs.
   *
   * @example
   * await tasker.namespaces.findOrCreate('payments', { description: 'All that moves money', actor })
   */
  findOrCreate(
    name: string,
    options?: CommandOptions & { readonly description?: string },
  ): Promise<NamespaceRecord & { readonly isNew: boolean }>
  /**
   * Changes its description; null takes it away.
   *
   * @throws NamespaceNotFoundError
   */
  update(
    name: string,
    edit: { readonly description: string | null },
    options?: CommandOptions,
  ): Promise<NamespaceRecord>
  get(name: string): Promise<NamespaceRecord | undefined>
  /** By name. */
  list(): Promise<readonly NamespaceRecord[]>
  /**
   * Begins no step of any of its tasks until it is resumed: what runs ends, all else waits, parked as `paused`. Tasks can be created, and
   * commanded, all the same. A namespace may be paused before anything of it exists; one that is paused stays so.
   */
  pause(name: string, options?: CommandOptions): Promise<PauseRecord>
  /** Lets its tasks go on. False if it was not paused. */
  resume(name: string, options?: CommandOptions): Promise<boolean>
}

export interface NamespaceStore {
  listNamespaces(): Promise<readonly NamespaceRecord[]>
  getNamespace(name: string): Promise<NamespaceRecord | undefined>
  /** Creates it if there is none; otherwise nothing is written. Gives whether it was created. */
  createNamespace(
    namespace: Pick<NamespaceRecord, 'name' | 'description' | 'createdAt'>,
    change: ChangeRecord,
  ): Promise<boolean>
  /**
   * Gives whether it was written.
   *
   * @param onlyIfNone leaves a description that is there
   */
  describeNamespace(
    name: string,
    description: string | null,
    change: ChangeRecord,
    onlyIfNone?: boolean,
  ): Promise<boolean>
}
