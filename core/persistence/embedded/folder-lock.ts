import { randomBytes } from 'node:crypto'
import { link, open, readFile, stat, unlink } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedDatabaseInUseError } from '../../errors/embedded-database-errors.js'
import { isHolderAlive } from './holder-liveness.js'
import { type LockRecord, parseLockRecord } from './lock-record.js'
import { removeSocketDirectory } from './socket-endpoint.js'

const RETRY_MS = 50
/** What file systems without hard links say. */
const NO_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EACCES'])

/** The lock file of a database folder: beside it, because PostgreSQL wants its folder for itself. */
export function lockPathOf(folder: string): string {
  return `${folder}.lock`
}

/**
 * Takes the lock of a folder for `record`, whose socket must be listening already: others judge a lock by its socket.
 *
 * @throws EmbeddedDatabaseInUseError if a live process has it.
 */
export async function acquireFolderLock(
  folder: string,
  record: LockRecord,
  log: (message: string) => void,
): Promise<void> {
  const holder = await acquire(lockPathOf(folder), record, log)
  if (holder !== undefined) throw new EmbeddedDatabaseInUseError(folder, holder)
}

/** Removes the lock if it is still that of `token`. */
export async function releaseFolderLock(folder: string, token: string): Promise<void> {
  const lockPath = lockPathOf(folder)
  if ((await readLock(lockPath))?.token === token) await unlink(lockPath).catch(() => {})
}

/** The lock at a path, whether its holder lives or not; undefined if there is none. */
export async function readLock(lockPath: string): Promise<LockRecord | undefined> {
  try {
    return parseLockRecord(await readFile(lockPath, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Returns the live holder, or undefined when `record` has become the holder. */
async function acquire(
  lockPath: string,
  record: LockRecord,
  log: (message: string) => void,
): Promise<LockRecord | undefined> {
  for (;;) {
    if (await create(lockPath, record)) return undefined
    const holder = await readLock(lockPath)
    if (holder === undefined) continue
    if (await isHolderAlive(lockPath, holder)) {
      if (holder.endpoint !== undefined) return holder
      continue // somebody was writing it: read it again
    }
    await removeDead(lockPath, holder, record, log)
  }
}

/**
 * Removes the lock of a dead holder, once. Look-then-unlink is not enough: between the two, somebody else may have removed
 * it and put his own there. So the right to remove the lock of one dead holder is a lock itself, named by that holder's
 * token and taken by the same rules, its dead holders included. Whoever has it is alone in removing that
 * lock, and looks again first.
 */
async function removeDead(
  lockPath: string,
  dead: LockRecord,
  record: LockRecord,
  log: (message: string) => void,
): Promise<void> {
  const rightPath = `${lockPath}.${dead.token}`
  if ((await acquire(rightPath, record, log)) !== undefined) {
    await sleep(RETRY_MS)
    return
  }
  try {
    if ((await readLock(lockPath))?.token !== dead.token) return
    log(`taking over ${lockPath} from process ${dead.pid} on ${dead.host}, which is gone`)
    await unlink(lockPath)
    if (dead.endpoint !== undefined) await removeSocketDirectory(dead.endpoint)
  } finally {
    await unlink(rightPath).catch(() => {})
  }
}

/** Creates a lock file with its content, or returns false if there is one. */
async function create(lockPath: string, record: LockRecord): Promise<boolean> {
  const content = `${JSON.stringify(record, undefined, 2)}\n`
  const draft = `${lockPath}.${randomBytes(4).toString('hex')}.new`
  await writeNew(draft, content)
  try {
    await link(draft, lockPath)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (code === undefined || !NO_LINKS.has(code)) throw error
    return await createWithoutLink(lockPath, content)
  } finally {
    await unlink(draft).catch(() => {})
  }
}

/** As atomic, but others may see the file while it is still empty: they wait for it to stay so before they judge. */
async function createWithoutLink(lockPath: string, content: string): Promise<boolean> {
  if (await exists(lockPath)) return false
  try {
    await writeNew(lockPath, content)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function writeNew(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(content)
  } finally {
    await file.close()
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
