/** Name of the table that says which migrations were run. */
export const migrationsTable = 'migrations'

/**
 * All migrations, in the order in which they run. The names are stored: never rename or reorder one. (Apart from what they do, which
 * brings the ORM with it: every start asks whether they were run, and few run them.)
 */
export const migrationNames = [
  '0001-create-tables',
  '0002-add-changes',
  '0003-add-task-identities',
  '0004-add-pauses',
  '0005-add-schedules',
  '0006-add-limits',
  '0007-add-dependent-systems',
  '0008-add-subscriptions',
  '0009-add-export-cursors',
] as const

export type MigrationName = (typeof migrationNames)[number]
