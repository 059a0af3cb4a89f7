import { Type } from 'typebox'
import { closed } from './setting-kinds.js'

export const discovery = Type.Object(
  {
    packages: Type.Union([Type.Boolean(), Type.Array(Type.String({ minLength: 1 }))], {
      default: true,
      description:
        'Whether the direct dependencies of the project that have a "tasker" entry join, or the names of those that do.',
    }),
    disable: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description:
        'Names of subscribers, exporters, plugins, packages, and tasks (payments.refund, payments/refund@^2) that are not used although they are found; exporter:csv is only the exporter of that name. A package that is named is not even loaded.',
    }),
  },
  { ...closed, description: 'What is found without being named.' },
)
