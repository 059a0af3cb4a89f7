import { EXPORTER_BRAND } from '../../contracts/exporter.js'
import { PLUGIN_BRAND } from '../../contracts/plugin.js'
import { SUBSCRIBER_BRAND } from '../../contracts/subscriber.js'
import { isDefinedTask } from '../../contracts/task-definition.js'
import { isSubscriberClass } from '../../definition/subscriber-from-class.js'
import type { ExtensionKind } from './found-value.js'

const isOfKind: Readonly<Record<ExtensionKind, (value: unknown) => boolean>> = {
  handlers: isDefinedTask,
  subscribers: (value) => isSubscriberClass(value) || hasBrand(value, SUBSCRIBER_BRAND),
  exporters: (value) => hasBrand(value, EXPORTER_BRAND),
  plugins: (value) => hasBrand(value, PLUGIN_BRAND),
}

/** What gives a value of a kind, for messages. */
export const howToDefine: Readonly<Record<ExtensionKind, string>> = {
  handlers: 'defineTask({ … }).step(…)',
  subscribers: 'defineSubscriber({ … }), or a class with @subscriber,',
  exporters: 'defineExporter({ … })',
  plugins: 'definePlugin({ … })',
}

/** Members that show what a plain object was meant to be, so that one without a brand is refused with a reason. */
const looksLike: Readonly<Record<ExtensionKind, readonly string[]>> = {
  handlers: ['steps'],
  subscribers: ['on'],
  exporters: ['formats', 'export'],
  plugins: ['setup', 'version'],
}

/**
 * The exports of a module that are of a kind; values that only look like it are given as well, and registration says what
 * they lack. An export under two names counts once.
 */
export function exportsOfKind(kind: ExtensionKind, exports: Readonly<Record<string, unknown>>): readonly unknown[] {
  const values = new Set(Object.values(exports).flatMap((value) => (Array.isArray(value) ? value : [value])))
  return [...values].filter((value) => isOfKind[kind](value) || isLookalike(kind, value))
}

function isLookalike(kind: ExtensionKind, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('name' in value)) return false
  if (Object.values(isOfKind).some((isOther) => isOther(value))) return false
  return looksLike[kind].some((member) => member in value)
}

function hasBrand(value: unknown, brand: symbol): boolean {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
}
