import semver from 'semver'
import { InvalidHandlerNameError } from '../errors/registry-errors.js'

/** The namespace of a task that does not name one. */
export const DEFAULT_NAMESPACE = 'default'

/** The version of a task that does not name one. */
export const DEFAULT_VERSION = '0.1.0'

/** How the newest version is written out; leaving the version away says the same. */
export const LATEST_VERSION = 'latest'

/** Which handler: `version` is an exact version or a semver range, absent for the newest. */
export interface HandlerName {
  readonly namespace: string
  readonly name: string
  readonly version?: string
}

/** Dots, slashes and at signs divide the written form, so a part cannot hold them; nor can it hold white space. */
const PART = /^[^\s./@]+$/

/** What a namespace or a task name must look like. */
export const handlerPartRule = 'a text without white space, dots, slashes and at signs'

/** Whether a text can be a namespace or the name of a task. */
export function isHandlerPart(text: unknown): text is string {
  return typeof text === 'string' && PART.test(text)
}

/** Whether a text is an exact version as it is registered: `1.2.3`, `1.2.3-beta.1`, `1.2.3+build`; not `v1.2.3`, not `1.2`. */
export function isExactVersion(text: unknown): text is string {
  const version = typeof text === 'string' ? semver.parse(text) : null
  return version !== null && text === written(version)
}

/**
 * Reads `namespace.name@version` and `namespace/name@range`; both take an exact version or a range or neither, and a name
 * alone is one in the namespace `default`.
 *
 * @example
 * parseHandlerName('payments/refund@^2')  // { namespace: 'payments', name: 'refund', version: '^2' }
 *
 * @throws InvalidHandlerNameError if the text has another form
 */
export function parseHandlerName(text: string): HandlerName {
  const at = text.indexOf('@')
  const path = at === -1 ? text : text.slice(0, at)
  const version = at === -1 ? undefined : text.slice(at + 1).trim()
  const parts = path.split(path.includes('/') ? '/' : '.')
  if (parts.length > 2) throw new InvalidHandlerNameError(text, 'it has more than a namespace and a name')
  const [namespace, name] = parts.length === 2 ? parts : [DEFAULT_NAMESPACE, path]
  if (!isHandlerPart(namespace)) throw new InvalidHandlerNameError(text, `its namespace must be ${handlerPartRule}`)
  if (!isHandlerPart(name)) throw new InvalidHandlerNameError(text, `its name must be ${handlerPartRule}`)
  if (version === undefined || version === LATEST_VERSION) return { namespace, name }
  if (version === '') throw new InvalidHandlerNameError(text, 'nothing follows the "@"')
  if (semver.validRange(version) === null) {
    throw new InvalidHandlerNameError(text, `"${version}" is neither a version nor a semver range, nor "latest"`)
  }
  return { namespace, name, version }
}

/** `payments.refund@2.1.0`, without the version where there is none. */
export function formatHandlerName({ namespace, name, version }: HandlerName): string {
  return `${namespace}.${name}${version === undefined ? '' : `@${version}`}`
}

function written(version: semver.SemVer): string {
  return version.build.length === 0 ? version.version : `${version.version}+${version.build.join('.')}`
}
