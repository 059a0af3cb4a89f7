import { AddChanges } from './add-changes.js'
import { AddDependentSystems } from './add-dependent-systems.js'
import { AddExportCursors } from './add-export-cursors.js'
import { AddLimits } from './add-limits.js'
import { AddPauses } from './add-pauses.js'
import { AddSchedules } from './add-schedules.js'
import { AddSubscriptions } from './add-subscriptions.js'
import { AddTaskIdentities } from './add-task-identities.js'
import { CreateTables } from './create-tables.js'

/** All migrations, in the order in which they run. Names are stored: never rename or reorder one. */
export const migrations = [
  { name: '0001-create-tables', class: CreateTables },
  { name: '0002-add-changes', class: AddChanges },
  { name: '0003-add-task-identities', class: AddTaskIdentities },
  { name: '0004-add-pauses', class: AddPauses },
  { name: '0005-add-schedules', class: AddSchedules },
  { name: '0006-add-limits', class: AddLimits },
  { name: '0007-add-dependent-systems', class: AddDependentSystems },
  { name: '0008-add-subscriptions', class: AddSubscriptions },
  { name: '0009-add-export-cursors', class: AddExportCursors },
] as const
