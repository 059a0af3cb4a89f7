import type { VerifyOptions, VerifyReport } from '../contracts/verification.js'
import type { Tasker, TaskerState } from '../kernel/tasker.js'

/** A Tasker that passes everything on to the one that is current. */
export abstract class DelegatingTasker
  implements Omit<Tasker, 'events' | 'start' | 'stop' | typeof Symbol.asyncDispose>
{
  protected abstract get current(): Tasker

  get config() {
    return this.current.config
  }
  get state(): TaskerState {
    return this.current.state
  }
  get workerId() {
    return this.current.workerId
  }
  get tasks() {
    return this.current.tasks
  }
  get steps() {
    return this.current.steps
  }
  get exports() {
    return this.current.exports
  }
  get log() {
    return this.current.log
  }
  get handlers() {
    return this.current.handlers
  }
  get subscribers() {
    return this.current.subscribers
  }
  get exporters() {
    return this.current.exporters
  }
  get plugins() {
    return this.current.plugins
  }
  get hooks() {
    return this.current.hooks
  }
  get dependentSystems() {
    return this.current.dependentSystems
  }
  get schedules() {
    return this.current.schedules
  }
  get subscriptions() {
    return this.current.subscriptions
  }
  get namespaces() {
    return this.current.namespaces
  }
  get limits() {
    return this.current.limits
  }
  get graph() {
    return this.current.graph
  }
  get metrics() {
    return this.current.metrics
  }
  get health() {
    return this.current.health
  }
  get retention() {
    return this.current.retention
  }
  get registries() {
    return this.current.registries
  }
  get database() {
    return this.current.database
  }
  get container() {
    return this.current.container
  }

  hasUnfinishedTasks(): Promise<boolean> {
    return this.current.hasUnfinishedTasks()
  }

  verify(options?: VerifyOptions): Promise<VerifyReport> {
    return this.current.verify(options)
  }

  mask<T>(value: T, definitionKey?: string): T {
    return this.current.mask(value, definitionKey)
  }
}
