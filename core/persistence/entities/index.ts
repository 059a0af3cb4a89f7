import { ChangeEntity } from './change-entity.js'
import { CommandEntity } from './command-entity.js'
import { NamedTaskEntity, NamespaceEntity } from './definition-entities.js'
import { DependentSystemEntity, ObjectMapEntity } from './dependent-system-entities.js'
import { ExportCursorEntity } from './export-cursor-entity.js'
import { LogEntryEntity } from './log-entry-entity.js'
import { LogRetentionEntity } from './log-retention-entity.js'
import { MetricsSnapshotEntity } from './metrics-snapshot-entity.js'
import { PauseEntity } from './pause-entity.js'
import { ScheduleEntity } from './schedule-entity.js'
import { StepEntity } from './step-entity.js'
import {
  DeadLetterEntity,
  SubscriptionEntity,
  SubscriptionLaneEntity,
  SubscriptionMemberEntity,
  SubscriptionShardEntity,
} from './subscription-entities.js'
import { DependentSystemPaceEntity, DependentSystemUseEntity } from './system-limit-entities.js'
import { TaskEntity } from './task-entity.js'
import { TaskIdentityEntity } from './task-identity-entity.js'
import { WorkerEntity } from './worker-entity.js'

/** All tables. */
export const entities = [
  NamespaceEntity,
  NamedTaskEntity,
  TaskEntity,
  TaskIdentityEntity,
  StepEntity,
  LogEntryEntity,
  LogRetentionEntity,
  CommandEntity,
  ChangeEntity,
  PauseEntity,
  WorkerEntity,
  ScheduleEntity,
  DependentSystemEntity,
  ObjectMapEntity,
  DependentSystemPaceEntity,
  DependentSystemUseEntity,
  SubscriptionEntity,
  SubscriptionMemberEntity,
  SubscriptionShardEntity,
  SubscriptionLaneEntity,
  DeadLetterEntity,
  MetricsSnapshotEntity,
  ExportCursorEntity,
] as const
