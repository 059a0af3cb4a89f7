import { Type } from 'typebox'
import { defaultFilterMask, defaultFilterParameters } from '../../events/masking.js'
import { closed, flag, milliseconds, second } from './setting-kinds.js'

export const logging = Type.Object(
  {
    level: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      default: 'info',
      description: 'The least severe level that is written.',
    }),
    format: Type.Enum(['json', 'pretty'], {
      default: 'json',
      description: 'One line of JSON for each entry, or coloured text for people.',
    }),
    destination: Type.String({
      minLength: 1,
      default: 'stderr',
      description: 'stderr, stdout, or a file relative to the configuration.',
    }),
  },
  { ...closed, description: 'The log of Tasker itself.' },
)

export const filter = Type.Object(
  {
    parameters: Type.Array(Type.String({ minLength: 1 }), {
      default: [...defaultFilterParameters],
      description: 'A key that contains one of these has its value masked wherever a payload leaves the engine.',
    }),
    mask: Type.String({ default: defaultFilterMask, description: 'What stands in its place.' }),
  },
  { ...closed, description: 'What is masked in logs, tails, exports and plugins.' },
)

export const metrics = Type.Object(
  {
    enabled: flag('Whether counters and histograms are kept.', true),
    snapshotIntervalMs: milliseconds('How often a snapshot is stored for other workers and exports', 30 * second),
  },
  { ...closed, description: 'Metrics.' },
)
