import { TaskerError } from './tasker-error.js'

/** Thrown when a dependent system, or an object in one, is named by something that cannot be a name. Nothing was changed. */
export class InvalidObjectReferenceError extends TaskerError {
  constructor(what: string, received: string) {
    super('INVALID_OBJECT_REFERENCE', {
      what: `${what} cannot be meant as it stands; nothing was changed`,
      expected:
        'the name of a system and an id there, both texts of 1 to 256 characters, as in { system: "crm", id: "7" }; and two of them that differ',
      received,
      wayOut: 'Correct it; ids that are numbers are written as texts',
      details: { what },
    })
  }
}
