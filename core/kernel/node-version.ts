import { NodeTooOldError } from '../errors/kernel-errors.js'

/** The oldest version of Node that runs Tasker; `engines` in package.json says the same. */
export const oldestNode = '22.18.0'

/**
 * Refuses a Node that is too old, before anything fails in a way that does not say so.
 *
 * @throws NodeTooOldError
 */
export function assertNodeVersion(version: string = process.versions.node): void {
  if (isOlder(version, oldestNode)) throw new NodeTooOldError(version, oldestNode)
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [neededMajor = 0, neededMinor = 0] = than.split('.').map(Number)
  return major < neededMajor || (major === neededMajor && minor < neededMinor)
}
