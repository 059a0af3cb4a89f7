import { checkHttpOptions } from './check-options.js'
import type { HttpAttempt, HttpResults, HttpStepOptions } from './http-options.js'
import { runHttpStep } from './run-http-step.js'

/**
 * The handler of a step that calls an HTTP server.
 *
 * What is sent is given as values or as functions of the step's context. A success is stored as {@link HttpResults}, or as what
 * `results` makes of it; anything else is thrown: `RetryableError`, heeding `Retry-After`, or `PermanentError`, with the code `HTTP_` and
 * the status. {@link httpStatuses} and {@link retryAfterRule} say which, `statuses` and `retryAfter` change it. No answer at all is
 * retried. All attempts carry the step's idempotency key.
 *
 * @throws HttpOptionsError
 * @example
 * defineTask({ name: 'pay', context: Type.Object({ orderId: Type.Integer() }) }).step(
 *   'charge',
 *   { retry: { limit: 5 }, dependentSystem: 'payments' },
 *   httpStep({
 *     url: 'https://pay.example.com/charges',
 *     headers: () => ({ authorization: `Bearer ${process.env.PAY_TOKEN}` }),
 *     body: ({ context }) => ({ order: context.orderId }),
 *     results: ({ body }) => ({ chargeId: (body as { id: string }).id }),
 *   }),
 * )
 */
export function httpStep<C extends HttpAttempt, R = HttpResults>(
  options: HttpStepOptions<C, R>,
): (context: C) => Promise<R> {
  checkHttpOptions(options)
  const { results, ...rest } = options
  return async (context) => {
    const response = await runHttpStep(rest, context)
    return results === undefined ? (response as R) : results(response, context)
  }
}
