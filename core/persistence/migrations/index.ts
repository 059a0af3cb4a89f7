import { AddChanges } from './add-changes.js'
import { AddDependentSystems } from './add-dependent-systems.js'
import { AddExportCursors } from './add-export-cursors.js'
import { AddLimits } from './add-limits.js'
import { AddPauses } from './add-pauses.js'
import { AddSchedules } from './add-schedules.js'
import { AddSubscriptions } from './add-subscriptions.js'
import { AddTaskIdentities } from './add-task-identities.js'
import { CreateTables } from './create-tables.js'

import { type MigrationName, migrationNames } from './migration-names.js'

const classes = {
  '0001-create-tables': CreateTables,
  '0002-add-changes': AddChanges,
  '0003-add-task-identities': AddTaskIdentities,
  '0004-add-pauses': AddPauses,
  '0005-add-schedules': AddSchedules,
  '0006-add-limits': AddLimits,
  '0007-add-dependent-systems': AddDependentSystems,
  '0008-add-subscriptions': AddSubscriptions,
  '0009-add-export-cursors': AddExportCursors,
} satisfies Record<MigrationName, unknown>

/** All migrations, in the order in which they run. */
export const migrations = migrationNames.map((name) => ({ name, class: classes[name] }))
