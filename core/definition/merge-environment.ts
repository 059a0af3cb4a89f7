import { nearestName } from '../errors/nearest-name.js'
import type { YamlProblem } from '../errors/task-yaml-errors.js'
import type { StepTemplateYaml, TaskYaml } from './task-yaml-schema.js'
import { noName } from './yaml-repair.js'
import type { YamlPath, YamlSource } from './yaml-source.js'

/** A task with what differs in one environment laid over it. */
export interface MergedTaskYaml {
  readonly task: TaskYaml
  /** Steps of the environment that the task does not have: nothing could be merged. */
  readonly problems: readonly YamlProblem[]
  /** Where a value of the merged task stands in the file: in the environment, or else in the base. */
  locate(path: YamlPath): YamlPath
}

/** Merges an environment deeply, its steps by their names. Lists other than that of the steps are replaced. */
export function mergeEnvironment(base: TaskYaml, environment: string | undefined, source: YamlSource): MergedTaskYaml {
  const overlay = environment === undefined ? undefined : base.environments?.[environment]
  if (environment === undefined || overlay === undefined) return { task: base, problems: [], locate: (path) => path }
  const overlaySteps = overlay.step_templates ?? []
  const root = ['environments', environment]
  const steps = base.step_templates.map((step) => mergeStep(step, overlaySteps))
  return {
    task: { ...(mergeDeep(base, overlay) as TaskYaml), step_templates: steps },
    problems: strangers(base, overlaySteps).map(({ name, index, nearest }) => {
      const hint = nearest === undefined ? 'an environment cannot add steps' : `did you mean "${nearest}"?`
      return source.problem([...root, 'step_templates', index, 'name'], `the task has no step "${name}"; ${hint}`)
    }),
    locate: (path) => {
      const place = [...root, ...inOverlay(path, base, overlaySteps)]
      return source.has(place) ? place : path
    },
  }
}

function mergeStep(step: StepTemplateYaml, overlaySteps: readonly StepTemplateYaml[]): StepTemplateYaml {
  const overlay = overlaySteps.find(({ name }) => name === step.name)
  return overlay === undefined ? step : (mergeDeep(step, overlay) as StepTemplateYaml)
}

function strangers(base: TaskYaml, overlaySteps: readonly StepTemplateYaml[]) {
  const names = base.step_templates.map(({ name }) => name)
  return overlaySteps
    .map(({ name }, index) => ({ name, index, nearest: nearestName(name, names) }))
    .filter(({ name }) => name !== noName && !names.includes(name))
}

function inOverlay(path: YamlPath, base: TaskYaml, overlaySteps: readonly StepTemplateYaml[]): YamlPath {
  const [first, index, ...rest] = path
  if (first !== 'step_templates' || index === undefined) return path
  const name = base.step_templates[Number(index)]?.name
  return [first, overlaySteps.findIndex((step) => step.name === name), ...rest]
}

/** The second over the first, map by map; a list is replaced. */
export function mergeDeep(base: unknown, overlay: unknown): unknown {
  if (!isRecord(base) || !isRecord(overlay)) return overlay
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(overlay)) {
    merged[key] = Object.hasOwn(base, key) ? mergeDeep(base[key], value) : value
  }
  return merged
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
