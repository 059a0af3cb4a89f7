import { defineEntity, p } from '@mikro-orm/core'
import { IsoTimestamp } from '../iso-timestamp.js'

/** `namespaces` */
export const NamespaceEntity = defineEntity({
  name: 'Namespace',
  tableName: 'namespaces',
  properties: {
    name: p.text().primary(),
    description: p.text().nullable(),
    createdAt: p.type(IsoTimestamp),
  },
})

/** `named_tasks`: the definitions that were registered, without the code of their handlers. */
export const NamedTaskEntity = defineEntity({
  name: 'NamedTask',
  tableName: 'named_tasks',
  properties: {
    namespace: p.text().primary(),
    name: p.text().primary(),
    version: p.text().primary(),
    hash: p.text(),
    definition: p.json<Readonly<Record<string, unknown>>>(),
    registeredAt: p.type(IsoTimestamp),
  },
})
