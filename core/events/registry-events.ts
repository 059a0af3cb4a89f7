import { Type } from 'typebox'
import { eventFamily } from './event-definition.js'
import { registryKinds } from './event-vocabularies.js'
import { aboutTask, exactly, nameText } from './payload-parts.js'

export type RegistryEventName =
  | 'registry.handler_registered'
  | 'registry.plugin_registered'
  | 'registry.subscriber_registered'
  | 'registry.validation_failed'
  | 'registry.conflict_resolved'

const origin = Type.String()
const entry = { kind: Type.Enum(registryKinds), subject: nameText }

/** The events of the registries: what joined, what was refused, what was replaced. None is durable. */
export const registryEvents = eventFamily<RegistryEventName>()({
  'registry.handler_registered': {
    description: 'a task handler joined',
    firedBy: 'registry: handlers',
    durable: false,
    payload: aboutTask({ origin }),
  },
  'registry.plugin_registered': {
    description: 'a plugin joined',
    firedBy: 'registry: plugins',
    durable: false,
    payload: exactly({ plugin: nameText, version: nameText, origin }),
  },
  'registry.subscriber_registered': {
    description: 'a subscriber joined',
    firedBy: 'registry: subscribers',
    durable: false,
    payload: exactly({ subscriber: nameText, events: Type.Array(nameText), durable: Type.Boolean(), origin }),
  },
  'registry.validation_failed': {
    description: 'something was refused at registration',
    firedBy: 'registry: validation',
    durable: false,
    payload: exactly({ ...entry, origin, problems: Type.Array(Type.String()) }),
  },
  'registry.conflict_resolved': {
    description: '`replace: true` replaced an entry',
    firedBy: 'registry: replacement',
    durable: false,
    payload: exactly({ ...entry, replacedOrigin: Type.String(), origin }),
  },
})
