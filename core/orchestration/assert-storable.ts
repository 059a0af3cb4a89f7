import { NotStorableError } from '../errors/task-errors.js'
import { toStorableJson } from '../workflow/storable-json.js'

/** What is stored of a value. Throws {@link NotStorableError}, which says where in it what cannot be stored. */
export function assertStorable(subject: string, value: unknown, maxBytes: number): unknown {
  const storable = toStorableJson(value, maxBytes)
  if (storable.ok) return storable.value
  throw new NotStorableError(subject, storable.problem.path, storable.problem.problem)
}
