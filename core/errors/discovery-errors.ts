import { errorMessage } from './error-message.js'
import { nearestName } from './nearest-name.js'
import { TaskerError } from './tasker-error.js'

/** Thrown when the configuration names a folder, file or package that is not there. */
export class PlaceNotFoundError extends TaskerError {
  constructor(kind: string, place: string, directory: string, neighbours: readonly string[] = []) {
    const near = nearestName(place, neighbours)
    super('PLACE_NOT_FOUND', {
      what: `The configuration names "${place}" under ${kind}, and there is no such folder, file or installed package`,
      expected: `a path relative to ${directory}, starting with ./, or the name of a package that is installed there`,
      wayOut: near === undefined ? 'Create it, correct the path, or take it out' : `Did you mean "${near}"?`,
      details: { kind, place, directory },
    })
  }
}

/** Thrown when a file that is named or called as one that holds something of a kind exports nothing of it. */
export class NothingExportedError extends TaskerError {
  constructor(file: string, facts: { readonly expected: string; readonly exported: readonly string[] }) {
    const { expected, exported } = facts
    super('NOTHING_EXPORTED', {
      what: `${file} exports nothing that can be registered`,
      expected: `an export that ${expected} gave`,
      received: exported.length === 0 ? 'no exports' : `the exports ${exported.join(', ')}`,
      wayOut: 'Export it by name, or give the file another name if it is not meant to be found',
      details: { file, exported },
    })
  }
}

/** Thrown when the `"tasker"` entry of a package does not say what it should. */
export class PackageEntryError extends TaskerError {
  constructor(packageName: string, received: string) {
    super('PACKAGE_ENTRY_INVALID', {
      what: `The "tasker" entry in the package.json of ${packageName} cannot be read`,
      expected:
        '{ "plugins": "./plugin.js", "exporters": …, "subscribers": …, "handlers": … }, each a path or a list of paths',
      received,
      wayOut: 'Correct the package, or leave it out with discovery.packages',
      details: { packageName },
    })
  }
}

/** Thrown when a package names, as its peer dependency, versions of Tasker that the running one is not among. */
export class PackageIncompatibleError extends TaskerError {
  constructor(
    packageName: string,
    facts: { readonly version?: string; readonly range: string; readonly taskerVersion: string },
  ) {
    const { version, range, taskerVersion } = facts
    const own = version === undefined ? packageName : `${packageName}@${version}`
    super('PACKAGE_INCOMPATIBLE', {
      what: `${own} does not work with this version of Tasker`,
      expected: `tasker ${range}, which its package.json names under peerDependencies`,
      received: `tasker ${taskerVersion}`,
      wayOut:
        `Install a version of it that does (npm install ${packageName}@latest), or the Tasker that it needs ` +
        `(npm install "tasker@${range}"), or name it in discovery.disable`,
      details: { packageName, ...facts },
    })
  }
}

/** Thrown when a package.json that discovery reads is not JSON. */
export class PackageFileError extends TaskerError {
  constructor(file: string, cause: unknown) {
    super('PACKAGE_FILE_INVALID', {
      what: `${file} cannot be read: ${errorMessage(cause)}`,
      expected: 'JSON, because it names the packages whose extensions join',
      wayOut: 'Correct the file, or install the package again; discovery.packages: false reads none',
      details: { file },
      cause,
    })
  }
}

/** Thrown when the configuration names a package for something that the package does not bring. */
export class PackageBringsNothingError extends TaskerError {
  constructor(folder: string, kind: string) {
    super('PACKAGE_BRINGS_NOTHING', {
      what: `The configuration names the package in ${folder} under ${kind}, and it brings none`,
      expected: `an entry "tasker": { "${kind}": … } in its package.json`,
      wayOut: `Take it out of ${kind}, or import what you need from it and name the value`,
      details: { folder, kind },
    })
  }
}
