import type { ChangeRecord } from './changes.js'
import type { Page, PageOf } from './page.js'
import type { CommandOptions } from './task-request.js'

/** A system that steps call: a gateway, a warehouse, a CRM. Steps name it as `dependentSystem`. */
export interface DependentSystem {
  readonly name: string
  readonly description: string | null
  /** ISO 8601. */
  readonly createdAt: string
}

/** One object as one system calls it. */
export interface ObjectReference {
  readonly system: string
  readonly id: string
}

/** One object by its ids in two systems. Which of them is `one` has no meaning. */
export interface ObjectMap {
  readonly one: ObjectReference
  readonly two: ObjectReference
  /** ISO 8601. */
  readonly createdAt: string
}

/** Which object maps are listed. */
export interface ObjectMapFilter {
  /** With an object in this system. */
  readonly system?: string
  /** Of this id there. */
  readonly id?: string
}

/**
 * `tasker.dependentSystems`: the systems that steps call, and by which ids they know the same object. In a step class,
 * `@inject(DEPENDENT_SYSTEMS)`.
 *
 * @example
 * await dependentSystems.link({ system: 'crm', id: '7' }, { system: 'billing', id: 'cus_9' })
 * const [customer] = await dependentSystems.find({ system: 'crm', id: '7' }, { in: 'billing' }) // 'cus_9'
 */
export interface DependentSystemsApi {
  /** The system of this name, which is created if there is none. The description is stored where there is none yet. */
  findOrCreate(
    name: string,
    options?: CommandOptions & { readonly description?: string },
  ): Promise<DependentSystem & { readonly isNew: boolean }>
  get(name: string): Promise<DependentSystem | undefined>
  /** By name: those that somebody created, linked objects of, or that a step of a stored definition names. */
  list(): Promise<readonly DependentSystem[]>
  /**
   * Says that two ids mean the same object. It may be said again, in either order, and changes nothing then. An object may have several
   * ids in one system. Systems that are not known yet are created.
   *
   * @throws InvalidObjectReferenceError
   */
  link(
    one: ObjectReference,
    two: ObjectReference,
    options?: CommandOptions,
  ): Promise<ObjectMap & { readonly isNew: boolean }>
  /**
   * The ids of an object in another system, the one linked first before the others; none if it is not linked. Only what was linked
   * with it itself: nothing is concluded over a third system.
   *
   * @throws InvalidObjectReferenceError
   */
  find(object: ObjectReference, options: { readonly in: string }): Promise<readonly string[]>
  /** Takes back that two ids mean the same object, in either order. False if nobody had said it. */
  unlink(one: ObjectReference, two: ObjectReference, options?: CommandOptions): Promise<boolean>
  /** The object maps there are, the oldest first. */
  links(filter?: ObjectMapFilter, page?: Page): Promise<PageOf<ObjectMap>>
}

/** Where dependent systems and object maps are kept. The references of a map are in one order, whoever asks. */
export interface DependentSystemStore {
  listDependentSystems(): Promise<readonly DependentSystem[]>
  getDependentSystem(name: string): Promise<DependentSystem | undefined>
  /** Creates it, or describes one that has no description; false if neither was to be done. */
  saveDependentSystem(system: DependentSystem, change: ChangeRecord): Promise<boolean>
  /** False if it is there already; gives nothing of the change then. */
  addObjectMap(map: ObjectMap, change: ChangeRecord): Promise<boolean>
  removeObjectMap(one: ObjectReference, two: ObjectReference, change: ChangeRecord): Promise<boolean>
  getObjectMap(one: ObjectReference, two: ObjectReference): Promise<ObjectMap | undefined>
  mappedIds(object: ObjectReference, system: string): Promise<readonly string[]>
  listObjectMaps(filter: ObjectMapFilter, page?: Page): Promise<PageOf<ObjectMap>>
}
