import { isExactVersion } from './handler-name.js'
import {
  aBoolean,
  anObject,
  fieldProblems,
  fieldRule,
  functionWritten,
  type InterfaceRules,
  isObject,
  isText,
  optional,
  text,
  textsOrNone,
} from './interface-checks.js'
import { isVersionRange, worksWith } from './tasker-range.js'

const rules: InterfaceRules = {
  name: text,
  version: fieldRule('a version such as "1.0.0"', isExactVersion),
  description: optional(text),
  dependsOn: optional(textsOrNone),
  options: optional(anObject),
  tasker: optional(
    fieldRule('a semver range of Tasker versions such as "^1.2.0"', (value) => isText(value) && isVersionRange(value)),
  ),
  required: optional(aBoolean),
  setup: optional(functionWritten('a function (context, options) => api', 2)),
  start: optional(functionWritten('a function without parameters', 0)),
  stop: optional(functionWritten('a function without parameters', 0)),
}

/** What keeps a value from being a plugin of the running version of Tasker; empty if nothing does. */
export function pluginProblems(value: unknown, taskerVersion: string): string[] {
  const problems = fieldProblems(value, rules)
  if (problems.length > 0 || !isObject(value)) return problems
  const { name, dependsOn, tasker } = value
  if (Array.isArray(dependsOn) && dependsOn.includes(name)) {
    problems.push(`\`dependsOn\` must name other plugins; found its own name "${name}"`)
  }
  if (isText(tasker) && !worksWith(tasker, taskerVersion)) {
    problems.push(
      `\`tasker\` must admit the running version of Tasker, ${taskerVersion}; found "${tasker}": ` +
        'install a version of the plugin that does',
    )
  }
  return problems
}
