import { defineEntity, p } from '@mikro-orm/core'
import type { LogEvent } from '../../contracts/store.js'
import type { ErrorRecord } from '../../workflow/task-record.js'
import { IsoTimestamp } from '../iso-timestamp.js'

/** `subscriptions`: durable subscribers, by name. */
export const SubscriptionEntity = defineEntity({
  name: 'Subscription',
  tableName: 'subscriptions',
  properties: {
    name: p.text().primary(),
    shardCount: p.integer(),
    isTransactional: p.boolean(),
    expireAfterMs: p.double(),
    /** What retention had taken when it began, or was moved: that is not lost to it. */
    acceptedLostId: p.bigint('string'),
    pausedAt: p.type(IsoTimestamp).nullable(),
    pauseReason: p.text().nullable(),
    createdAt: p.type(IsoTimestamp),
    seenAt: p.type(IsoTimestamp),
  },
})

/** `subscription_members`: which workers have which durable subscriber. */
export const SubscriptionMemberEntity = defineEntity({
  name: 'SubscriptionMember',
  tableName: 'subscription_members',
  properties: { subscription: p.text().primary(), workerId: p.text().primary() },
})

/** `subscription_shards`: how far each share of a durable subscriber is, and who delivers it. */
export const SubscriptionShardEntity = defineEntity({
  name: 'SubscriptionShard',
  tableName: 'subscription_shards',
  properties: {
    subscription: p.text().primary(),
    shard: p.integer().primary(),
    epoch: p.integer(),
    workerId: p.text().nullable(),
    logId: p.bigint('string'),
    logIndex: p.integer(),
  },
})

/** `subscription_lanes`: tasks whose events wait because one of them could not be handled yet. */
export const SubscriptionLaneEntity = defineEntity({
  name: 'SubscriptionLane',
  tableName: 'subscription_lanes',
  properties: {
    subscription: p.text().primary(),
    lane: p.text().primary(),
    shard: p.integer(),
    logId: p.bigint('string'),
    logIndex: p.integer(),
    attempts: p.integer(),
    dueAt: p.type(IsoTimestamp),
    error: p.json<ErrorRecord>(),
  },
  indexes: [{ name: 'subscription_lanes_lane', properties: ['lane'] }],
})

/** `dead_letters`: events that durable subscribers could not handle. */
export const DeadLetterEntity = defineEntity({
  name: 'DeadLetter',
  tableName: 'dead_letters',
  properties: {
    id: p.uuid().primary(),
    subscription: p.text(),
    shard: p.integer(),
    lane: p.text(),
    taskId: p.uuid().nullable(),
    logId: p.bigint('string'),
    logIndex: p.integer(),
    event: p.json<LogEvent>().columnType('json'),
    error: p.json<ErrorRecord>(),
    attempts: p.integer(),
    failedAt: p.type(IsoTimestamp),
    retryRequestedAt: p.type(IsoTimestamp).nullable(),
  },
  indexes: [{ name: 'dead_letters_subscription', properties: ['subscription', 'failedAt', 'id'] }],
})
