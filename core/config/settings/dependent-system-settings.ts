import { type Static, Type } from 'typebox'
import { closed } from './setting-kinds.js'

const dependentSystem = Type.Object(
  {
    concurrency: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Most steps of all workers that call it at once.' }),
    ),
    rate: Type.Optional(
      Type.Object(
        {
          limit: Type.Integer({ minimum: 1, description: 'Steps of all workers that may begin to call it …' }),
          perMs: Type.Integer({ minimum: 1, description: '… within so many milliseconds, evenly spread.' }),
          burst: Type.Optional(
            Type.Integer({
              minimum: 1,
              description: 'Steps that may begin at once after a pause; they come on top of the limit. Default 1.',
            }),
          ),
        },
        { ...closed, description: 'How many steps of all workers may begin to call it within a time.' },
      ),
    ),
    backoff: Type.Optional(
      Type.Object(
        {
          delaysMs: Type.Optional(
            Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, description: 'Instead of backoff.delaysMs.' }),
          ),
          maxMs: Type.Optional(Type.Integer({ minimum: 1, description: 'Instead of backoff.maxMs.' })),
          jitter: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'Instead of backoff.jitter.' })),
        },
        { ...closed, description: 'What differs from `backoff` for steps that call it.' },
      ),
    ),
    shareRetryAfter: Type.Optional(
      Type.Boolean({
        description:
          'Whether a delay that it asks for in one step, by Retry-After or `retryAfterMs`, holds for all steps that call it. Default true.',
      }),
    ),
  },
  closed,
)

export const dependentSystems = Type.Unsafe<Record<string, Static<typeof dependentSystem>>>({
  type: 'object',
  additionalProperties: dependentSystem,
  default: {},
  description:
    'Limits and backoff by the name that steps give as `dependentSystem`: concurrency, rate: { limit, perMs, burst }, backoff: { delaysMs, maxMs, jitter }, shareRetryAfter. They hold for all workers together.',
})
