import { inspect } from 'node:util'
import { configInputSchema, settingsSchema } from '../../../core/config/config-schema.js'
import { configVariables } from '../../../core/config/environment-variables.js'
import { expectedText } from '../../../core/config/expected-text.js'
import type { SchemaNode } from '../../../core/config/partial-schema.js'
import { configurationExamples } from './configuration-examples.js'
import { markdownTable } from './markdown-table.js'

type Node = SchemaNode & { readonly additionalProperties?: unknown }

/** The sections of the configuration, each with what it is, its settings, and an example. */
export function configurationPart(): string {
  const { environments } = (configInputSchema as SchemaNode).properties!
  const sections = Object.entries({ ...(settingsSchema as SchemaNode).properties!, environments: environments! })
  return sections.map(([key, node]) => sectionText(key, node as Node)).join('\n\n')
}

/** The keys of the sections, as links to them. */
export function sectionsPart(): string {
  const keys = [...Object.keys((settingsSchema as SchemaNode).properties!), 'environments']
  return keys.map((key) => `[\`${key}\`](#${key.toLowerCase()})`).join(' · ')
}

/** The environment variables that Tasker reads itself. */
export function variablesPart(): string {
  const rows = configVariables.map(({ name, path, description }) => [
    `\`${name}\``,
    `\`${path.join('.')}\``,
    description,
  ])
  return markdownTable(['variable', 'wins over', 'what it is'], rows)
}

function sectionText(key: string, node: Node): string {
  const rows = key === 'environments' ? [rowOf(key, node)] : rowsOf(key, node)
  const variable = configVariables.find(({ path: [section] }) => section === key)
  const note = variable === undefined ? '' : `\n\n\`${variable.name}\` wins over \`${variable.path.join('.')}\`.`
  const table = markdownTable(['setting', 'takes', 'default', 'what it is'], rows)
  const intro = node.properties === undefined ? '' : `${node.description}\n\n`
  return `### ${key}\n\n${intro}${table}${note}\n\n${exampleText(key)}`
}

/** A setting, and what is in it: members of an object, and of the entries of a map. */
function rowsOf(path: string, node: Node): string[][] {
  const own = node.properties === undefined ? [rowOf(path, node)] : []
  const entry = [node, ...((node.anyOf ?? []) as Node[])].map(({ additionalProperties }) => additionalProperties)
  const entries = entry.filter((each): each is Node => typeof each === 'object' && each !== null)
  return [
    ...own,
    ...membersOf(path, node),
    ...((node.anyOf ?? []) as Node[]).flatMap((branch) => membersOf(path, branch)),
    ...entries.flatMap((each) => membersOf(`${path}.NAME`, each)),
  ]
}

function membersOf(path: string, { properties = {} }: Node): string[][] {
  return Object.entries(properties).flatMap(([name, member]) => rowsOf(`${path}.${name}`, member as Node))
}

function rowOf(path: string, node: Node): string[] {
  const expected = expectedText(node).replace(/ that matches (.*)$/, ' that matches `$1`')
  const { default: value, description = '' } = node
  return [`\`${path}\``, expected, value === undefined ? '' : `\`${JSON.stringify(value)}\``, description]
}

function exampleText(key: string): string {
  const example = configurationExamples[key]
  if (example === undefined) throw new Error(`configuration-examples.ts has no example of the section "${key}"`)
  const text = inspect(example, { depth: null, breakLength: 90, compact: 4, numericSeparator: true }).replaceAll(
    /\[ | \]/g,
    (bracket) => bracket.trim(),
  )
  return `\`\`\`ts\nimport { defineConfig } from 'tasker'\n\nexport default defineConfig(${text})\n\`\`\``
}
