import type { StepRecord } from './task-record.js'

/** The steps that a definition names: elements of lists, of which there may be thousands, stand behind the step that made them. */
export function withoutElements<S extends Pick<StepRecord, 'element'>>(steps: readonly S[]): readonly S[] {
  return steps.filter(({ element }) => element === null)
}

/** The elements of each list, by the name of its step. */
export function elementsByStep<S extends Pick<StepRecord, 'element'>>(
  steps: readonly S[],
): ReadonlyMap<string, readonly S[]> {
  return Map.groupBy(
    steps.filter(({ element }) => element !== null),
    ({ element }) => element!.of,
  )
}
