import semver from 'semver'

/** Whether a text is a semver range. */
export function isVersionRange(text: string): boolean {
  return semver.validRange(text) !== null
}

/**
 * Whether a range of Tasker versions admits the running one.
 *
 * A prerelease of Tasker counts as the version that it leads to, so that extensions can be tried on it.
 */
export function worksWith(range: string, taskerVersion: string): boolean {
  const release = semver.coerce(taskerVersion)
  return (
    semver.satisfies(taskerVersion, range, { includePrerelease: true }) ||
    (release !== null && semver.satisfies(release, range))
  )
}
