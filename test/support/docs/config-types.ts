import { settingsSchema } from '../../../core/config/config-schema.js'
import { membersOf, type TypedSchema } from './typescript-of-schema.js'

/** Lists of values of code, and what has a type of its own elsewhere. */
const written = new Set(['handlers', 'subscribers', 'exporters', 'plugins', 'customEvents', 'exports.schedules'])

/** The settings as a configuration gives them, with what editors show about each. */
export function configTypes(): string {
  const nameOf = (_: TypedSchema, path: string) => (written.has(path) ? typeAt(path) : undefined)
  const members = membersOf(settingsSchema as TypedSchema, '', '  ', { nameOf, isInput: true })
  return `// Made from the schema of the configuration by test/support/docs/write-documents.ts; do not edit.
// biome-ignore-all format: made

import type { Given, Settings } from './config-schema.js'

/** The settings of a configuration without its overlays; all optional. */
export interface TaskerSettingsInput {
${members}}

/** What \`defineConfig\` takes: every key is optional. */
export interface TaskerConfigInput extends TaskerSettingsInput {
  /** Settings by environment, laid over the others where TASKER_ENV (else NODE_ENV) has that name. */
  readonly environments?: Readonly<Record<string, TaskerSettingsInput>>
}
`
}

/** `exports.schedules` → `Given<Settings['exports']['schedules']>` */
function typeAt(path: string): string {
  return `Given<Settings${path
    .split('.')
    .map((key) => `['${key}']`)
    .join('')}>`
}
