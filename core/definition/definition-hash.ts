import { createHash } from 'node:crypto'
import type { TaskDefinition } from '../contracts/task-definition.js'
import { definitionDocument } from './definition-document.js'

/**
 * Fingerprint of a definition: SHA-256 of its canonical JSON (keys sorted, absent members left out), of everything but the code
 * of its handlers. Schemas count as their JSON Schema. The code form and the YAML form of one task have one hash.
 */
export function definitionHash(definition: Omit<TaskDefinition, 'hash'> & { readonly hash?: string }): string {
  const { hash: _, ...plain } = definition
  return createHash('sha256')
    .update(canonicalJson(definitionDocument(plain)))
    .digest('hex')
}

/** JSON with the keys of every object in one order, so that equal values give equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member) => (isRecord(member) ? sorted(member) : member))
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
