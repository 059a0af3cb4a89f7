import { configKeys } from '../../../core/config/config-keys.js'
import { configVariables } from '../../../core/config/environment-variables.js'
import { markdownTable } from './markdown-table.js'

/** Every setting, as docs/configuration.md lists them. */
export function configurationPart(): string {
  const rows = configKeys.map(({ path, expected, description, default: value }) => [
    `\`${path}\``,
    expected.replace(/ that matches (.*)$/, ' that matches `$1`'),
    value === undefined ? '' : `\`${JSON.stringify(value)}\``,
    description,
  ])
  return markdownTable(['setting', 'takes', 'default', 'what it is'], rows)
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
