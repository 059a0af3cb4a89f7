import type { ObjectReference } from '../contracts/dependent-systems.js'
import { InvalidArgumentError } from '../errors/cli-errors.js'

/** `crm:7`: an object by its system and its id there. Ids may hold colons, names of systems do not here. */
export function parseObjectReference(text: string): ObjectReference {
  const at = text.indexOf(':')
  if (at > 0 && at < text.length - 1) return { system: text.slice(0, at), id: text.slice(at + 1) }
  throw new InvalidArgumentError('SYSTEM:ID', 'it does not name an object in a system', {
    expected: 'the name of a system, a colon and the id there, such as crm:7',
    received: JSON.stringify(text),
  })
}

/** `crm:7` */
export function objectText({ system, id }: ObjectReference): string {
  return `${system}:${id}`
}
