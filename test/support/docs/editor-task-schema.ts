import { taskYamlSchema } from '../../../core/definition/task-yaml-schema.js'

type Schema = Readonly<Record<string, unknown>>

/** `${NAME}` and `${NAME:-default}`, which may stand where a number, true or false is wanted. */
const variable = { type: 'string', pattern: '\\$\\{[^}]+\\}' }

/**
 * The schema of task files as editors need it: what the loader checks, and variables, which it fills in before it checks them.
 * Descriptions come up on hover.
 */
export function editorTaskSchema(): Schema {
  const schema = withVariables(taskYamlSchema) as Schema
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Tasker task',
    description: 'A task file of Tasker, *.task.yaml',
    ...schema,
  }
}

function withVariables(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withVariables)
  if (typeof schema !== 'object' || schema === null) return schema
  const { description, ...rest } = schema as Schema
  const inner = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withVariables(value)]))
  const said = description === undefined ? {} : { description }
  const isConst = 'const' in rest
  const takesVariables = isConst || ['number', 'integer', 'boolean'].includes(String(rest.type))
  return takesVariables ? { ...said, anyOf: [inner, variable] } : { ...said, ...inner }
}
