import type { ConfigMode } from './define-config.js'
import type { ConfigLayer } from './merge-config.js'

/** Environment variables by name, as in `process.env`. */
export type Variables = Readonly<Record<string, string | undefined>>

/** The environment variables that Tasker reads itself, and the setting that each one wins over. */
export const configVariables = Object.freeze([
  { name: 'TASKER_DATABASE_URL', path: ['database', 'url'], description: 'URL of the PostgreSQL server.' },
  { name: 'TASKER_LOG_LEVEL', path: ['logging', 'level'], description: 'The least severe level that is written.' },
  {
    name: 'TASKER_DISABLE',
    path: ['discovery', 'disable'],
    description: 'Names of what is found and not used, divided by commas, in place of those of the configuration.',
  },
] as const)

/** The settings that the environment variables give, one layer for each; an empty variable counts as none. */
export function variableLayers(variables: Variables): ConfigLayer[] {
  return configVariables.flatMap(({ name, path: [group, key] }) => {
    const value = variables[name]
    if (!value) return []
    const setting = name === 'TASKER_DISABLE' ? namesIn(value) : value
    return [{ name, values: { [group]: { [key]: setting } } }]
  })
}

function namesIn(list: string): readonly string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/** Which overlay holds: TASKER_ENV, else NODE_ENV, else `development`. */
export function environmentName(variables: Variables): string {
  return variables.TASKER_ENV || variables.NODE_ENV || 'development'
}

/**
 * The mode of an environment. One of another name, `staging`, has the mode of NODE_ENV, and without that of production: there
 * a wrong guess costs speed of discovery, not speed of work.
 */
export function modeOf(environment: string, variables: Variables): ConfigMode {
  return asMode(environment) ?? asMode(variables.NODE_ENV) ?? 'production'
}

function asMode(name: string | undefined): ConfigMode | undefined {
  return name === 'production' || name === 'development' || name === 'test' ? name : undefined
}
