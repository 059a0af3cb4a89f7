import type { YamlPath } from './yaml-source.js'

/** Stands for the name of a task or a step that has none that can be used; no valid file has it. */
export const noName = ''

/**
 * Takes what is wrong out of the value of a YAML file, so that the rest can be checked as well: the key of a task or a step that
 * holds it, or a whole step. A name becomes {@link noName}.
 *
 * @returns false where nothing is left to check
 */
export function repairYaml(value: unknown, wrong: YamlPath): boolean {
  const inEnvironment = wrong[0] === 'environments' && wrong.length > 2
  const above = inEnvironment ? wrong.slice(0, 2) : []
  const [key, index, ...inStep] = wrong.slice(above.length)
  if (key === undefined) return false
  if (key === 'step_templates' && index !== undefined) return repairStep(value, [...above, key, index], inStep[0])
  if (key === 'step_templates' && !inEnvironment) return false
  const holder = valueAt(value, key === 'environments' && index !== undefined ? [key] : above)
  if (holder === undefined) return true
  if (key === 'name' && !inEnvironment) holder.name = noName
  else delete holder[key === 'environments' ? (index ?? key) : key]
  return true
}

/** The name of the step that a place of the file is in; undefined outside of steps. */
export function stepNameAt(value: unknown, path: YamlPath): unknown {
  const above = path[0] === 'environments' ? path.slice(0, 2) : []
  const [key, index] = path.slice(above.length)
  return key === 'step_templates' && index !== undefined ? valueAt(value, [...above, key, index])?.name : undefined
}

function repairStep(value: unknown, path: YamlPath, key: string | number | undefined): boolean {
  const step = valueAt(value, path)
  const list = valueAt(value, path.slice(0, -1))
  if (step === undefined) {
    if (list !== undefined) list[path.at(-1)!] = { name: noName }
  } else if (key === 'name') step.name = noName
  else if (key !== undefined) delete step[key]
  return true
}

function valueAt(value: unknown, path: YamlPath): Record<string | number, unknown> | undefined {
  let found = value
  for (const part of path) found = (found as Record<string | number, unknown> | null | undefined)?.[part]
  return typeof found === 'object' && found !== null ? (found as Record<string | number, unknown>) : undefined
}
