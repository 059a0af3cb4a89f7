import type { StepContext } from '../contracts/task-definition.js'
import { fillTemplate, fillUrl, type TemplateData } from './fill-template.js'
import { SentSecrets } from './sent-secrets.js'

/** Parts of a `handler_config` that are templates; the others are taken as they stand. */
const templates = new Set(['query', 'headers', 'body', 'secrets', 'tls'])

/** Parts whose keys are names of ours; those of the others are names of the server. */
const named = new Set(['tls', 'retryAfter'])

/**
 * The options that the `handlerConfig` of a step says, its templates filled, and the secrets that came from the environment.
 *
 * @throws HttpOptionsError
 */
export function optionsOfConfig(context: Pick<StepContext, 'handlerConfig' | 'context' | 'results'>): {
  readonly options: Readonly<Record<string, unknown>>
  readonly secrets: SentSecrets
} {
  const secrets = new SentSecrets()
  const data: TemplateData = {
    values: { context: context.context, results: context.results },
    variables: process.env,
    onVariable: (value) => secrets.addImplied(value),
  }
  const filled = Object.entries(context.handlerConfig).map(([key, value]): [string, unknown] => {
    const option = camelCase(key)
    if (option === 'url' && typeof value === 'string') return [option, fillUrl(value, data)]
    const own = named.has(option) ? withCamelCase(value) : value
    return [option, templates.has(option) ? fillTemplate(own, data, option) : own]
  })
  return { options: Object.fromEntries(filled), secrets }
}

function withCamelCase(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [camelCase(key), item]))
}

/** `timeout_ms` as in YAML, `timeoutMs` as in code. */
function camelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_whole, letter: string) => letter.toUpperCase())
}
