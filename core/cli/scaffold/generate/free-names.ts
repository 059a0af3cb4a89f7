import { describeOrigin } from '../../../contracts/origin.js'
import { InvalidArgumentError } from '../../../errors/cli-errors.js'
import type { Tasker } from '../../../kernel/tasker.js'
import type { FoundKind } from './kind-folder.js'

/**
 * Refuses a name that something in the project has already, wherever it comes from: of two of one name the second is refused at the boot.
 *
 * @param name as the registry has it: `pager`, `payments.refund@1.0.0`
 * @throws InvalidArgumentError
 */
export function assertFreeName(tasker: Tasker, kind: FoundKind, name: string): void {
  const registries = {
    handler: tasker.handlers,
    subscriber: tasker.subscribers,
    exporter: tasker.exporters,
    plugin: tasker.plugins,
  }
  const entries: readonly { readonly key: string; readonly origin: Parameters<typeof describeOrigin>[0] }[] =
    registries[kind].list()
  const taken = entries.find(({ key }) => key === name)
  if (taken === undefined) return
  throw new InvalidArgumentError('NAME', `${kind} ${name} is there already, from ${describeOrigin(taken.origin)}`, {
    wayOut: 'Choose another name.',
  })
}

/**
 * Refuses a format that an exporter of the project serves: without a priority the new one would not be asked.
 *
 * @throws InvalidArgumentError
 */
export function assertFreeFormats({ exporters }: Tasker, formats: readonly string[]): void {
  for (const format of formats) {
    const [serving] = exporters.allForFormat(format)
    if (serving === undefined) continue
    throw new InvalidArgumentError('--format', `${format} is served by the exporter ${serving.name} already`, {
      wayOut: 'Choose another format; one that is to take its place says so by its priority, and is written by hand.',
    })
  }
}
