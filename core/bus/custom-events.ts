import { isDeepStrictEqual } from 'node:util'
import { DuplicateEventError, ReservedEventFamilyError, UnknownEventError } from '../errors/event-errors.js'
import { nearestName } from '../errors/nearest-name.js'
import { assertCustomEventName, type CustomEventDescriptor } from '../events/custom-event.js'
import { lifecycleEventNames } from '../events/event-catalogue.js'
import { familyOf, isReservedFamily } from '../events/event-families.js'
import { assertEventSchema } from '../events/event-validation.js'

/** The custom events that have been declared. */
export class CustomEvents {
  readonly #byName = new Map<string, CustomEventDescriptor>()

  /**
   * Declares an event; saying the same again changes nothing.
   *
   * @throws DuplicateEventError when the name is declared already, and differently; InvalidSchemaError
   */
  declare(descriptor: CustomEventDescriptor): void {
    const declared = this.#byName.get(descriptor.name)
    if (declared === descriptor) return
    assertCustomEventName(descriptor.name)
    if (declared !== undefined && !isSame(declared, descriptor)) throw new DuplicateEventError(descriptor.name)
    if (declared !== undefined) return
    if (descriptor.schema !== undefined) assertEventSchema(descriptor.name, descriptor.schema)
    this.#byName.set(descriptor.name, descriptor)
  }

  get(name: string): CustomEventDescriptor | undefined {
    return this.#byName.get(name)
  }

  /**
   * The event that a user may publish under this name.
   *
   * @throws ReservedEventFamilyError, UnknownEventError
   */
  require(name: string): CustomEventDescriptor {
    const declared = this.#byName.get(name)
    if (declared !== undefined) return declared
    if (isReservedFamily(familyOf(name))) throw new ReservedEventFamilyError(name, familyOf(name))
    throw new UnknownEventError(name, nearestName(name, this.#byName.keys()))
  }

  list(): readonly CustomEventDescriptor[] {
    return [...this.#byName.values()]
  }

  /** Every name there is: the lifecycle events and the declared ones. */
  allNames(): readonly string[] {
    return [...lifecycleEventNames, ...this.#byName.keys()]
  }
}

function isSame(a: CustomEventDescriptor, b: CustomEventDescriptor): boolean {
  return a.durable === b.durable && a.description === b.description && isDeepStrictEqual(a.schema, b.schema)
}
