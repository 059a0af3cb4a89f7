import { TaskerError } from './tasker-error.js'

/** Thrown by `tasker init` for a folder that has something in it. */
export class FolderNotEmptyError extends TaskerError {
  constructor(
    readonly folder: string,
    found: readonly string[],
  ) {
    super('FOLDER_NOT_EMPTY', {
      what: `${folder} is not empty, so no project is made there: nothing of yours is ever replaced`,
      expected: 'a folder that does not exist, or that holds nothing but .git',
      received: listed(found),
      wayOut: 'Name another folder: `tasker init my-app`.',
      details: { folder, found },
    })
  }
}

/** Thrown by `tasker generate` when a file that it would write is there already; nothing is written then. */
export class FilesExistError extends TaskerError {
  constructor(
    readonly folder: string,
    existing: readonly string[],
  ) {
    super('FILES_EXIST', {
      what: `${existing.length === 1 ? 'a file exists' : 'files exist'} already in ${folder}, so nothing was written: ${listed(existing)}`,
      wayOut: 'Choose another name, or move what is there away.',
      details: { folder, existing },
    })
  }
}

/** Thrown by `tasker generate` when the configuration names no folder in which the new file would be found. */
export class NoFolderForKindError extends TaskerError {
  constructor(
    readonly setting: string,
    named: readonly string[],
  ) {
    super('NO_FOLDER_FOR_KIND', {
      what: `the configuration names no folder for ${setting}, so what is written would not be found`,
      expected: `a folder in its setting "${setting}"`,
      received: named.length === 0 ? 'none' : listed(named),
      wayOut: `Write ${setting}: ['./${setting}'] in tasker.config.ts; without one, \`tasker generate config\` writes it.`,
      details: { setting, named },
    })
  }
}

const mostShown = 12

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostShown).join(', ')
  return names.length > mostShown ? `${shown} and ${names.length - mostShown} more` : shown
}
