import { inject, injectable, LOGGER, type Logger, PermanentError, type TypedStepContext } from 'tasker'
import type { Order } from './order.js'

const USUAL_COPIES = 3
const REFUSED_FROM = 0.9

/** A handler as a class: the container builds it, so its constructor may ask for whatever the container knows. */
@injectable()
export class CheckFraud {
  readonly #log: Logger

  constructor(@inject(LOGGER) log: Logger) {
    this.#log = log
  }

  async process({ context }: TypedStepContext<Order>): Promise<{ score: number }> {
    const copies = Math.max(...context.items.map(({ quantity }) => quantity))
    const score = Math.max(0, Math.min(1, (copies - USUAL_COPIES) / 20))
    this.#log.debug({ orderId: context.orderId, score }, 'order checked for fraud')
    if (score >= REFUSED_FROM)
      throw new PermanentError(`${copies} copies of one film look like fraud`, { code: 'FRAUD' })
    return { score }
  }
}
