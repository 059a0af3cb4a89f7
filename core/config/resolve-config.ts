import { basename, dirname, resolve } from 'node:path'
import { unknownSystem } from '../contracts/limits.js'
import {
  ConfigurationInvalidError,
  ConfigurationLoadError,
  type ConfigurationProblem,
} from '../errors/configuration-errors.js'
import type { TaskerSettingsInput } from './config-input.js'
import { type ConfigValues, settingsSchema } from './config-schema.js'
import type { ConfigContext, ConfigMode, ConfigSource } from './define-config.js'
import { environmentName, modeOf, type Variables, variableLayers } from './environment-variables.js'
import { locateError, reasonOf } from './error-location.js'
import { type ConfigLayer, mergeLayers, withDefaults } from './merge-config.js'
import type { SchemaNode } from './partial-schema.js'
import { isPlainObject } from './plain-object.js'
import { withLocations } from './problem-location.js'
import { receivedText } from './received-text.js'
import type { ResolvedConfig } from './resolved-config.js'
import { configProblems, overlayProblems } from './validate-config.js'

export interface ResolveOptions {
  /** What relative paths start from. Default: the current folder. */
  readonly cwd?: string
  /** Which overlay holds. Default: TASKER_ENV, else NODE_ENV, else `development`. */
  readonly environment?: string
  /** Default: `process.env`. */
  readonly variables?: Variables
  /** Settings that win over all others, such as options of the command line. */
  readonly overrides?: TaskerSettingsInput
}

/**
 * Fills in and checks a configuration given in code. What is given wins over environment variables, because whoever writes it
 * can read them; a configuration file does not.
 *
 * @throws ConfigurationInvalidError with every problem at once
 */
export async function resolveConfig(source: ConfigSource, options: ResolveOptions = {}): Promise<ResolvedConfig> {
  return resolveSource(source, options, undefined)
}

/** {@link resolveConfig} for what a file exports, over which environment variables win. */
export async function resolveSource(
  source: ConfigSource,
  options: ResolveOptions,
  file: string | undefined,
): Promise<ResolvedConfig> {
  const variables = options.variables ?? process.env
  const environment = options.environment ?? environmentName(variables)
  const mode = modeOf(environment, variables)
  const directory = resolve(file === undefined ? (options.cwd ?? process.cwd()) : dirname(file))
  const config = await evaluate(source, { env: variables, environment, mode }, file)
  const refuseAll = (problems: readonly ConfigurationProblem[]) => refuse(withLocations(problems, file, config))
  const { values, sources } = mergeLayers(
    checkedLayers(config, { ...options, variables, environment }, file, refuseAll),
  )
  const settings = finished(values, mode, directory)
  refuseAll(contradictions(settings, sources))
  const resolved = { values: settings, directory, environment, mode, sources }
  return deepFreeze(file === undefined ? resolved : { ...resolved, file })
}

/** All that was given, from what is weakest to what wins. */
function checkedLayers(
  config: Record<string, unknown>,
  {
    variables,
    environment,
    overrides = {},
  }: ResolveOptions & { readonly variables: Variables; readonly environment: string },
  file: string | undefined,
  refuseAll: (problems: readonly ConfigurationProblem[]) => void,
): ConfigLayer[] {
  const given = { name: sourceName(file), values: config }
  const fromVariables = variableLayers(variables)
  const last = { name: 'override', values: overrides as Record<string, unknown> }
  refuseAll([...configProblems(given), ...[...fromVariables, last].flatMap(overlayProblems)])
  const own = [given, overlayOf(given, environment)].map(withoutEnvironments)
  return file === undefined ? [...fromVariables, ...own, last] : [...own, ...fromVariables, last]
}

function sourceName(file: string | undefined): string {
  return file === undefined ? 'argument' : basename(file)
}

async function evaluate(source: ConfigSource, context: ConfigContext, file?: string): Promise<Record<string, unknown>> {
  const value = await evaluated(source, context, file)
  if (isPlainObject(value)) return value
  throw new ConfigurationInvalidError([
    {
      path: '',
      source: sourceName(file),
      expected: 'an object, a function that returns one, or a promise of either',
      received: receivedText('', value),
    },
  ])
}

async function evaluated(source: unknown, context: ConfigContext, file?: string): Promise<unknown> {
  try {
    const value = await source
    return typeof value === 'function' ? await value(context) : value
  } catch (cause) {
    if (file === undefined) throw cause
    throw new ConfigurationLoadError(locateError(cause, file), reasonOf(cause), { cause })
  }
}

function overlayOf({ name, values }: ConfigLayer, environment: string): ConfigLayer {
  const { environments } = values
  const overlay =
    isPlainObject(environments) && Object.hasOwn(environments, environment) ? environments[environment] : {}
  return { name: `${name}, environments.${environment}`, values: (overlay ?? {}) as Record<string, unknown> }
}

function withoutEnvironments({ name, values: { environments: _, ...values } }: ConfigLayer): ConfigLayer {
  return { name, values }
}

function finished(merged: Record<string, unknown>, mode: ConfigMode, directory: string): ConfigValues {
  const values = {
    events: { validatePayloads: mode !== 'production' },
    definitions: { onChange: mode === 'development' ? 'replace' : 'refuse' },
  }
  const byMode = { name: 'mode', values }
  const given = mergeLayers([byMode, { name: 'given', values: merged }])
  const settings = withDefaults(settingsSchema as SchemaNode, given.values) as ConfigValues
  const { database, logging } = settings
  const isStream = logging.destination === 'stderr' || logging.destination === 'stdout'
  return {
    ...settings,
    database: { ...database, path: database.path === ':memory:' ? database.path : resolve(directory, database.path) },
    logging: { ...logging, destination: isStream ? logging.destination : resolve(directory, logging.destination) },
  }
}

function contradictions(values: ConfigValues, sources: Readonly<Record<string, string>>): ConfigurationProblem[] {
  return [...lateHeartbeats(values, sources), ...limitsOfNobody(values, sources)]
}

/** Steps that name no system have nothing in common. */
function limitsOfNobody(
  { dependentSystems }: ConfigValues,
  sources: Readonly<Record<string, string>>,
): ConfigurationProblem[] {
  if (dependentSystems[unknownSystem] === undefined) return []
  const path = `dependentSystems.${unknownSystem}`
  const source = Object.entries(sources).find(([key]) => key === path || key.startsWith(`${path}.`))?.[1] ?? 'default'
  return [
    {
      path,
      source,
      expected: 'the name of a system',
      received: `"${unknownSystem}", which is what steps have that name none`,
      wayOut: 'Give the steps that are meant a dependentSystem, and use its name here.',
    },
  ]
}

function lateHeartbeats(
  { execution }: ConfigValues,
  sources: Readonly<Record<string, string>>,
): ConfigurationProblem[] {
  const { heartbeatIntervalMs, leaseMs } = execution
  if (heartbeatIntervalMs * 2 <= leaseMs) return []
  const path = 'execution.heartbeatIntervalMs'
  return [
    {
      path,
      source: sources[path] ?? sources['execution.leaseMs'] ?? 'default',
      expected: `at most ${Math.floor(leaseMs / 2)}, half of leaseMs`,
      received: String(heartbeatIntervalMs),
      wayOut: 'A worker whose heartbeat comes late once would lose its tasks.',
    },
  ]
}

function refuse(problems: readonly ConfigurationProblem[]): void {
  if (problems.length > 0) throw new ConfigurationInvalidError(problems)
}

/** Freezes object literals and lists; the entries of lists may be values of code, whose own business they are. */
function deepFreeze<T>(value: T): T {
  if (Array.isArray(value)) return Object.freeze(value)
  if (!isPlainObject(value)) return value
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}
