import { InvalidArgumentError } from '../../../errors/cli-errors.js'

const nameForm = /^[a-z][\w-]*$/i

/** The name of a subscriber, an exporter or a plugin. */
export function checkName(kind: string, name: string): string {
  if (nameForm.test(name) && name.length <= 64) return name
  throw new InvalidArgumentError('NAME', `no ${kind} can be named so`, {
    expected: 'a letter, then letters, digits, _ or -, at most 64 characters',
    received: JSON.stringify(name),
  })
}

export function checkFormat(format: string): string {
  if (/^[a-z0-9][a-z0-9_+-]*$/i.test(format)) return format
  throw new InvalidArgumentError('--format', 'no format can be named so', {
    expected: 'letters, digits, _, + or -, as in the extension of a file',
    received: JSON.stringify(format),
  })
}

export function checkConfigFile(file: string): string {
  if (/^[\w-][\w.-]*\.ts$/.test(file) && !file.endsWith('.test.ts')) return file
  throw new InvalidArgumentError('FILE', 'no configuration is named so', {
    expected: 'a name that ends in .ts, such as tasker.config.ts; paths in it are relative to the folder where it is',
    received: JSON.stringify(file),
  })
}
