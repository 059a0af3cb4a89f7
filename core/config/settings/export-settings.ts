import { Type } from 'typebox'
import { exportCompressions, exportSources } from '../../contracts/exporter.js'
import { catchUpPolicies, overlapPolicies } from '../../contracts/schedule.js'
import type { ScheduledExport } from '../../contracts/scheduled-export.js'
import { closed, milliseconds, second } from './setting-kinds.js'

const scheduledExport = Type.Object(
  {
    description: Type.Optional(Type.String({ description: 'What it is for.' })),
    cron: Type.Optional(Type.String({ minLength: 1, description: 'When it runs, as in `schedules`.' })),
    timeZone: Type.Optional(Type.String({ minLength: 1, description: 'The zone in which cron is read. Default UTC.' })),
    everyMs: Type.Optional(
      Type.Integer({ minimum: second, description: 'Instead of cron: milliseconds from one run to the next.' }),
    ),
    catchUp: Type.Optional(Type.Enum([...catchUpPolicies], { description: 'As in `schedules`. Default latest.' })),
    overlap: Type.Optional(Type.Enum([...overlapPolicies], { description: 'As in `schedules`.' })),
    source: Type.Enum([...exportSources], { description: 'What is exported.' }),
    format: Type.String({ minLength: 1, description: 'The format, by the name that an exporter serves.' }),
    output: Type.String({ minLength: 1, description: 'The file; {date} and the like stand for the time of the run.' }),
    filters: Type.Optional(Type.Object({}, { description: 'Which records: namespace, name, state and so on.' })),
    lastMs: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Only what is of the last so many milliseconds before the run.' }),
    ),
    columns: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description: 'Columns of the source, or paths into one.',
      }),
    ),
    flatten: Type.Optional(
      Type.Union([Type.Boolean(), Type.Object({})], { description: 'Whether, and how, nested values become columns.' }),
    ),
    options: Type.Optional(Type.Object({}, { description: 'Options of the exporter.' })),
    compression: Type.Optional(Type.Enum([...exportCompressions], { description: 'How the file is compressed.' })),
    splitBytes: Type.Optional(
      Type.Integer({ minimum: 1024, description: 'A further file begins after so many bytes.' }),
    ),
    incremental: Type.Optional(
      Type.Union([Type.Boolean(), Type.String({ minLength: 1 })], {
        description: 'Whether each run goes on where the last one ended; a text names what it goes on with.',
      }),
    ),
  },
  closed,
)

const scheduledExports = Type.Unsafe<Record<string, ScheduledExport>>({
  type: 'object',
  additionalProperties: scheduledExport,
  propertyNames: { pattern: '^[a-zA-Z][\\w.-]{0,119}$' },
  default: {},
  description:
    'Exports by name that run at their times, each in exactly one worker: cron or everyMs, timeZone, catchUp, overlap, and what is exported: source, format, output with {date} and the like, filters, lastMs, columns, flatten, options, compression, splitBytes, incremental. They are the schedules export.NAME.',
})

export const exportSettings = Type.Object(
  {
    schedules: scheduledExports,
    leaseMs: milliseconds(
      'How long a run of an incremental export may be silent until another one takes over',
      5 * second,
      { maximum: 60 * second },
    ),
  },
  { ...closed, description: 'Exports.' },
)
