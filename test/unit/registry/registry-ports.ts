import assert from 'node:assert/strict'
import { Value } from 'typebox/value'
import type { Logger } from '../../../core/contracts/logger.js'
import type { Origin } from '../../../core/contracts/origin.js'
import { lifecycleEvents } from '../../../core/events/event-catalogue.js'
import type { RegistryPorts } from '../../../core/registry/registry.js'
import type { RegistryAnnouncement } from '../../../core/registry/registry-announcer.js'

export interface LogLine {
  readonly level: string
  readonly fields: Record<string, unknown>
  readonly message?: string | undefined
}

export interface RecordedPorts extends RegistryPorts {
  readonly announced: { readonly name: RegistryAnnouncement; readonly payload: Record<string, unknown> }[]
  readonly lines: LogLine[]
  readonly clock: { nowMs: number; now(): number }
  names(): string[]
  payloads(name: RegistryAnnouncement): Record<string, unknown>[]
}

/** Ports that keep what they are told, and refuse a payload that does not fit the schema of its event. */
export function recordedPorts(): RecordedPorts {
  const announced: RecordedPorts['announced'] = []
  const lines: LogLine[] = []
  return {
    announced,
    lines,
    clock: {
      nowMs: Date.UTC(2026, 0, 1),
      now() {
        return this.nowMs
      },
    },
    log: recordingLogger(lines),
    correlationId: () => 'correlation-1',
    announcer: {
      announce: (name, payload) => {
        const errors = Value.Errors(lifecycleEvents[name].payload, payload)
        assert.deepEqual(errors, [], `${name} must fit its schema`)
        announced.push({ name, payload })
      },
    },
    names: () => announced.map(({ name }) => name),
    payloads: (name) => announced.filter((event) => event.name === name).map(({ payload }) => payload),
  }
}

export const folder = (place: string): Origin => ({ kind: 'folder', place })

function recordingLogger(lines: LogLine[]): Logger {
  const at = (level: string) => (fields: object, message?: string) => {
    lines.push({ level, fields: { ...fields }, message })
  }
  const logger: Logger = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => logger,
  }
  return logger
}
