/** URL of the PostgreSQL server that tests may use, from TASKER_TEST_DATABASE_URL; undefined: they run on an embedded one. */
export function testDatabaseUrl(): string | undefined {
  return process.env.TASKER_TEST_DATABASE_URL || undefined
}
