import {
  anObject,
  both,
  fieldProblems,
  fieldRule,
  finiteNumber,
  functionWritten,
  type InterfaceRules,
  optional,
  text,
  texts,
} from './interface-checks.js'

const SIGNATURE = 'an async generator function (records, context) => chunks'

/** A function that gives an async iterable without being a generator passes too; one that gives a promise cannot. */
const givesChunks = fieldRule(
  SIGNATURE,
  (value) => !/\[object (Async|Generator)Function\]/.test(Object.prototype.toString.call(value)),
)

const rules: InterfaceRules = {
  name: text,
  formats: texts,
  contentType: both(
    text,
    fieldRule('a media type such as "application/json"', (value) => String(value).includes('/')),
  ),
  fileExtension: both(
    text,
    fieldRule('an extension without its dot, such as "json"', (value) => !String(value).startsWith('.')),
  ),
  export: both(functionWritten(SIGNATURE, 2), givesChunks),
  description: optional(text),
  version: optional(text),
  priority: optional(finiteNumber),
  options: optional(anObject),
  onRequest: optional(functionWritten('a function (announcement) => …', 1)),
  onComplete: optional(functionWritten('a function (outcome) => …', 1)),
  onCacheSync: optional(functionWritten('a function (synced) => …', 1)),
}

/** What keeps a value from being an exporter; empty if nothing does. */
export function exporterProblems(value: unknown): string[] {
  return fieldProblems(value, rules)
}
