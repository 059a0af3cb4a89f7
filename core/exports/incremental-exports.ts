import type { ChangeRecord } from '../contracts/changes.js'
import type { ExportCursorStore } from '../contracts/export-cursors.js'
import type { ExportChangeOptions, IncrementalExport } from '../contracts/exporter.js'
import type { ExportCommandKind } from '../contracts/hooks.js'
import { ExportNotFoundError } from '../errors/export-errors.js'

export interface IncrementalExportPorts {
  readonly store: Pick<ExportCursorStore, 'listExports' | 'acceptExportLoss' | 'forgetExport'>
  /** Asks the `beforeCommand` hooks, which refuse by throwing; gives the change that notes it, still without data. */
  readonly askedChange: (kind: ExportCommandKind, name: string, by: ExportChangeOptions) => Promise<ChangeRecord>
}

/** The incremental exports as people see them: which there are, and what they ask for, which is noted among the changes. */
export class IncrementalExports {
  readonly #ports: IncrementalExportPorts

  constructor(ports: IncrementalExportPorts) {
    this.#ports = ports
  }

  list(): Promise<readonly IncrementalExport[]> {
    return this.#ports.store.listExports()
  }

  /** @throws ExportNotFoundError */
  async acceptLoss(name: string, by: ExportChangeOptions): Promise<void> {
    const { store, askedChange } = this.#ports
    const change = await askedChange('export.accept_loss', name, by)
    if (await store.acceptExportLoss(name, (data) => ({ ...change, data }))) return
    const known = await store.listExports()
    throw new ExportNotFoundError(
      name,
      known.map((each) => each.name),
    )
  }

  /** False if there is none of that name. */
  async forget(name: string, by: ExportChangeOptions): Promise<boolean> {
    const { store, askedChange } = this.#ports
    const change = await askedChange('export.forget', name, by)
    return store.forgetExport(name, (data) => ({ ...change, data }))
  }
}
