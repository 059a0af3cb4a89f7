import type { ExporterDefinition } from '../contracts/exporter.js'
import { UnknownFormatError } from '../errors/registry-errors.js'
import { exporterProblems } from './exporter-interface.js'
import { nameOf } from './interface-checks.js'
import { Registry, type RegistryPorts } from './registry.js'
import type { RegistryStats } from './registry-entry.js'

export interface ExporterRegistryStats extends RegistryStats {
  /** Formats served, in lower case. */
  readonly formats: readonly string[]
}

/**
 * The exporters, by name and by format. Formats are case-insensitive. Several exporters may serve one format: the one of
 * the highest priority is taken, among equals the one registered first.
 *
 * A replacement announces the exporter that left as well as the one that joined, because the two may serve different formats.
 */
export class ExporterRegistry extends Registry<ExporterDefinition> {
  constructor(ports: RegistryPorts) {
    super(
      {
        name: 'exporters',
        kind: 'exporter',
        subject: nameOf,
        problems: exporterProblems,
        key: ({ name }) => name,
        groups: formatsOf,
        announceJoined: (exporter, origin, announcer) =>
          announcer.announce('export.plugin_registered', {
            exporter: exporter.name,
            formats: formatsOf(exporter),
            origin,
          }),
        announceLeft: (exporter, announcer) =>
          announcer.announce('export.plugin_unregistered', { exporter: exporter.name, formats: formatsOf(exporter) }),
      },
      ports,
    )
  }

  /** Formats that can be exported, in lower case and alphabetical order. */
  formats(): string[] {
    return [...new Set(this.list().flatMap(({ value }) => formatsOf(value)))].sort()
  }

  /** The exporters of a format, the one that is taken first. */
  allForFormat(format: string): ExporterDefinition[] {
    const wanted = normalised(format)
    const exporters = this.list().map(({ value }) => value)
    return exporters
      .filter((exporter) => formatsOf(exporter).includes(wanted))
      .sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0))
  }

  /**
   * The exporter to use for a format.
   *
   * @throws UnknownFormatError listing the formats there are
   */
  forFormat(format: string): ExporterDefinition {
    const [exporter] = this.allForFormat(format)
    this.lookedUp(normalised(format), exporter !== undefined)
    if (exporter === undefined) throw new UnknownFormatError(format, this.formats())
    return exporter
  }

  /**
   * The exporter of a name, which must serve the format: for whoever does not want the one of the highest priority.
   *
   * @throws EntryNotFoundError, UnknownFormatError
   */
  select(name: string, format: string): ExporterDefinition {
    const exporter = this.require(name)
    const formats = formatsOf(exporter)
    if (!formats.includes(normalised(format))) throw new UnknownFormatError(format, formats, name)
    return exporter
  }

  /** Whether any exporter serves a format. */
  supports(format: string): boolean {
    return this.allForFormat(format).length > 0
  }

  override stats(): ExporterRegistryStats {
    return { ...super.stats(), formats: this.formats() }
  }
}

function formatsOf({ formats }: ExporterDefinition): string[] {
  return [...new Set(formats.map(normalised))]
}

function normalised(format: string): string {
  return format.trim().toLowerCase()
}
