import type { EventPayloads } from '../event-catalogue.js'
import type { RegistryEventName } from '../registry-events.js'
import { handlerFile, task } from './example-parts.js'

export const registryExamples: Pick<EventPayloads, RegistryEventName> = {
  'registry.handler_registered': { ...task, origin: handlerFile },
  'registry.plugin_registered': { plugin: 'mail', version: '1.0.0', origin: 'package tasker-mail' },
  'registry.subscriber_registered': {
    subscriber: 'pager',
    events: ['task.failed', 'step.*'],
    durable: false,
    origin: 'subscribers/pager.subscriber.ts',
  },
  'registry.validation_failed': {
    kind: 'exporter',
    subject: 'yaml',
    origin: 'package tasker-exporter-yaml',
    problems: ['it has no formats'],
  },
  'registry.conflict_resolved': {
    kind: 'handler',
    subject: 'payments.process_order@2.1.0',
    replacedOrigin: handlerFile,
    origin: 'configuration handlers[0]',
  },
}
