import { runAsHouse } from '../bus/culprit.js'
import type { EventBus } from '../bus/event-bus.js'
import type { StepContext, StepDefinition, StepHandlerClass, StepHandlerObject } from '../contracts/task-definition.js'
import { assertStorable } from './assert-storable.js'
import type { HeldEvent } from './held-event.js'
import type { HookRegistry } from './hook-registry.js'
import type { HandlerCaller } from './runner-services.js'

/** Builds handler classes: the container's `resolve`. */
export type BuildHandler = (handler: StepHandlerClass) => StepHandlerObject

/** Calls the handlers of steps, hooks around them included, and puts what they publish on the bus. */
export class HandlerInvoker implements HandlerCaller {
  readonly #hooks: HookRegistry
  readonly #bus: EventBus
  readonly #build: BuildHandler
  readonly #maxPayloadBytes: number

  constructor(hooks: HookRegistry, bus: EventBus, build: BuildHandler, maxPayloadBytes: number) {
    this.#hooks = hooks
    this.#bus = bus
    this.#build = build
    this.#maxPayloadBytes = maxPayloadBytes
  }

  get hasRefusingHooks(): boolean {
    return this.#hooks.has('beforeStepExecute')
  }

  askBeforeExecute(context: StepContext): Promise<void> {
    return this.#hooks.ask('beforeStepExecute', context)
  }

  async invoke(definition: StepDefinition, context: StepContext): Promise<unknown> {
    if (!this.#hooks.has('aroundStepExecute') && !this.#hooks.has('afterStepExecute')) {
      return this.#callHandler(definition, context)
    }
    const startedAt = performance.now()
    try {
      const results = await this.#hooks.around(context, async () => this.#callHandler(definition, context))
      const durationMs = performance.now() - startedAt
      await this.#hooks.tell('afterStepExecute', context, { outcome: 'complete', results, durationMs })
      return results
    } catch (error) {
      const durationMs = performance.now() - startedAt
      await this.#hooks.tell('afterStepExecute', context, { outcome: 'error', error, durationMs })
      throw error
    }
  }

  checkCustomEvent(event: string | { readonly name: string }, payload: unknown): HeldEvent {
    const descriptor = this.#bus.requireCustomEvent(event)
    const stored = assertStorable(`The payload of ${descriptor.name}`, payload, this.#maxPayloadBytes)
    this.#bus.factory.checkCustom(descriptor, stored)
    return { name: descriptor.name, payload: stored }
  }

  publishNow(event: string | { readonly name: string }, payload: unknown): void {
    this.#bus.publish(this.#bus.requireCustomEvent(event), payload)
  }

  #callHandler({ handler }: StepDefinition, context: StepContext): unknown {
    // What set the worker going may have been a plugin: what goes wrong in a handler is not its fault.
    return runAsHouse(() =>
      handler.kind === 'function' ? handler.run(context) : this.#build(handler.constructor).process(context),
    )
  }
}
