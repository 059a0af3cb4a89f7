import { defineEntity, p } from '@mikro-orm/core'
import { IsoTimestamp } from '../iso-timestamp.js'

/** `dependent_systems` */
export const DependentSystemEntity = defineEntity({
  name: 'DependentSystem',
  tableName: 'dependent_systems',
  properties: {
    name: p.text().primary(),
    description: p.text().nullable(),
    createdAt: p.type(IsoTimestamp),
  },
})

/** `object_maps`: one object by its ids in two systems, the lesser of the two first. */
export const ObjectMapEntity = defineEntity({
  name: 'ObjectMap',
  tableName: 'object_maps',
  properties: {
    number: p.bigint('string').primary(),
    systemOne: p.text(),
    idOne: p.text(),
    systemTwo: p.text(),
    idTwo: p.text(),
    createdAt: p.type(IsoTimestamp),
  },
  indexes: [{ name: 'object_maps_two', properties: ['systemTwo', 'idTwo', 'systemOne'] }],
  uniques: [{ name: 'object_maps_pair', properties: ['systemOne', 'idOne', 'systemTwo', 'idTwo'] }],
})
