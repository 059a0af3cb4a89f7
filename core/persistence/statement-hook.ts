/**
 * Stands between the engine and the statements that it sends: it runs `send` and gives what came of it, or breaks something
 * before or after. Tests pass one to lose the database at each statement in turn; without one nothing is in the way.
 *
 * @param sql text of the statement; `begin; …` where statements travel together
 */
export type StatementHook = <T>(sql: string, send: () => Promise<T>) => Promise<T>
