import type { StepContext } from '../contracts/task-definition.js'
import { checkHttpOptions } from './check-options.js'
import { optionsOfConfig } from './handler-config.js'
import type { HttpRequestOptions, HttpResponseOptions, HttpResults } from './http-options.js'
import { runHttpStep } from './run-http-step.js'

/**
 * A step that calls an HTTP server as its `handler_config` says: the options of {@link httpStep}, in snake case in YAML, as templates of
 * context, results and environment variables. To be named in YAML, or extended.
 *
 * `${NAME}` is filled in when a YAML file is read, and stored with the definition; `$${NAME}` when the step runs, from the environment
 * of the worker. Secrets are written in the second way.
 *
 * @example
 * // handlers/handlers.ts, next to a YAML file with `handlers: ./handlers.ts` and `handler_class: ChargeStep`
 * export class ChargeStep extends HttpStepHandler {
 *   override request({ context }: StepContext) {
 *     return { body: { order: (context as { orderId: number }).orderId } }
 *   }
 *   override results({ body }: HttpResults) {
 *     return { chargeId: (body as { id: string }).id }
 *   }
 * }
 */
export class HttpStepHandler {
  /** What is sent in this attempt, laid over `handlerConfig`. By default nothing more. */
  request(
    _context: StepContext,
  ): Partial<HttpRequestOptions & HttpResponseOptions> | Promise<Partial<HttpRequestOptions & HttpResponseOptions>> {
    return {}
  }

  /** What is stored of a success. By default all of the response. */
  results(response: HttpResults, _context: StepContext): unknown {
    return response
  }

  /** @throws HttpOptionsError, RetryableError, PermanentError */
  async process(context: StepContext): Promise<unknown> {
    const { options: configured, secrets } = optionsOfConfig(context)
    const options = { ...configured, ...(await this.request(context)) } as HttpRequestOptions & HttpResponseOptions
    // A class that extends this one may have settings of its own in handler_config.
    checkHttpOptions(options, this.constructor !== HttpStepHandler)
    return this.results(await runHttpStep(options, context, secrets), context)
  }
}
