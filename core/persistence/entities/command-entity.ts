import { defineEntity, p } from '@mikro-orm/core'
import type { Actor } from '../../contracts/actor.js'
import type { Command, CommandOutcome } from '../../contracts/task-request.js'
import { IsoTimestamp } from '../iso-timestamp.js'

/** `commands`: what people and programs ask of tasks, unanswered while `outcome` is null. */
export const CommandEntity = defineEntity({
  name: 'Command',
  tableName: 'commands',
  properties: {
    id: p.uuid().primary(),
    taskId: p.uuid(),
    kind: p.text().$type<Command['kind']>(),
    stepName: p.text().nullable(),
    reason: p.text(),
    actor: p.json<Actor>(),
    args: p.json<Readonly<Record<string, unknown>>>(),
    createdAt: p.type(IsoTimestamp),
    replyTo: p.text().nullable(),
    outcome: p.json<CommandOutcome>().nullable(),
  },
  indexes: [{ name: 'commands_unanswered', properties: ['taskId'], where: 'outcome is null' }],
})
