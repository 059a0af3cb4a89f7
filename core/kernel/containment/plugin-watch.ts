import type { BusFailure } from '../../bus/bus-failure.js'
import type { BusStats } from '../../bus/bus-stats.js'
import type { HealthFinding } from '../../contracts/health.js'
import type { Logger } from '../../contracts/logger.js'
import type { Origin } from '../../contracts/origin.js'
import type { PluginDefinition } from '../../contracts/plugin.js'
import type { PluginStatus } from '../../contracts/plugin-status.js'
import { errorMessage } from '../../errors/error-message.js'
import { isTaskerError } from '../../errors/tasker-error.js'
import type { HookTrouble } from '../../orchestration/guarded-hook.js'
import { type PartFailure, PluginRecord } from './plugin-record.js'

export interface PluginWatchPorts {
  readonly log: Logger
  readonly now: () => number
  readonly bus: { stats(): BusStats; onError(listener: (failure: BusFailure) => void): unknown }
  readonly hooks: {
    onTrouble(listener: (trouble: HookTrouble) => void): void
    pausedOf(owner: string): readonly string[]
  }
  /** So many errors that nobody awaited … */
  readonly strayLimit: number
}

/** … within so long, in milliseconds, switch a plugin off. */
const strayWindowMs = 60_000

/** Keeps what is known of each plugin, and brings home to it what its parts do wrong. */
export class PluginWatch {
  readonly #ports: PluginWatchPorts
  readonly #records = new Map<string, PluginRecord>()
  /** What modules of packages left behind before there was a plugin of theirs. */
  readonly #early = new Map<string, unknown[]>()
  readonly #strays = new Map<PluginRecord, number[]>()
  readonly #listeners: ((plugin: string, failure: PartFailure) => void)[] = []
  readonly #onTooManyStrays: (record: PluginRecord, error: unknown) => void

  constructor(ports: PluginWatchPorts, onTooManyStrays: (record: PluginRecord, error: unknown) => void) {
    this.#ports = ports
    this.#onTooManyStrays = onTooManyStrays
    ports.hooks.onTrouble(({ hook, owner, kind, error }) => this.noteOf(owner, { part: `hook ${hook}`, kind, error }))
    ports.bus.onError(({ subscriber, kind, error }) => {
      const owner = [...this.#records.values()].find(({ listeners }) => listeners.has(subscriber))
      if (owner !== undefined) this.note(owner, { part: `listener ${subscriber}`, kind, error })
    })
  }

  /** The record of a plugin, made where there is none; one that was replaced before it was set up has a new one. */
  recordOf({ value, origin }: { readonly value: PluginDefinition; readonly origin: Origin }): PluginRecord {
    const known = this.#records.get(value.name)
    if (known?.plugin === value) return known
    const record = new PluginRecord(value, origin, (each, error) => this.#stray(each, error))
    this.#records.set(value.name, record)
    for (const error of this.#early.get(origin.place) ?? []) this.note(record, strayFailure(error))
    this.#early.delete(origin.place)
    return record
  }

  record(name: string): PluginRecord | undefined {
    return this.#records.get(name)
  }

  /** Calls a listener with each failure of a part of a plugin. */
  onFailure(listener: (plugin: string, failure: PartFailure) => void): void {
    this.#listeners.push(listener)
  }

  note(record: PluginRecord, failure: PartFailure): void {
    if (failure.kind === 'circuit_opened') return
    record.note(failure, this.#ports.now())
    for (const listener of this.#listeners) listener(record.plugin.name, failure)
  }

  tellSwitchedOff({ plugin, origin }: PluginRecord, error: unknown): void {
    const said = errorMessage(error)
    const fields = { plugin: plugin.name, origin: origin.place, err: error }
    this.#ports.log.error(fields, `plugin ${plugin.name} is switched off, the rest goes on: ${said}`)
  }

  /** Also one that computes without a pause, which no time limit can interrupt, is named. */
  tellSlow({ plugin }: PluginRecord, phase: string, tookMs: number): void {
    const ms = Math.round(tookMs)
    this.#ports.log.warn({ plugin: plugin.name, phase, ms }, `plugin ${plugin.name} took ${ms} ms for its ${phase}`)
  }

  statuses(): readonly PluginStatus[] {
    const { bus, hooks } = this.#ports
    const open = bus.stats().subscribers.filter(({ circuit }) => circuit !== 'closed')
    return [...this.#records.values()].map((record) =>
      record.status([
        ...hooks.pausedOf(record.plugin.name).map((hook) => `hook ${hook}`),
        ...open.filter(({ name }) => record.listeners.has(name)).map(({ name }) => `listener ${name}`),
      ]),
    )
  }

  /** Whether all plugins stand as they should, for the health report. */
  health(): HealthFinding {
    const statuses = this.statuses()
    const off = statuses.filter(({ problem }) => problem !== undefined)
    const paused = statuses.filter(({ problem, paused: parts }) => problem === undefined && parts.length > 0)
    if (off.length + paused.length === 0) return { isHealthy: true, details: { plugins: statuses.length } }
    const message = [
      ...off.map(({ name, state, problem }) => `plugin ${name} is ${state}: ${problem}`),
      ...paused.map(({ name, paused: parts }) => `plugin ${name}: switched off for now: ${parts.join(', ')}`),
    ].join('; ')
    return { isHealthy: false, message, details: { off: off.map(nameOf), paused: paused.map(nameOf) } }
  }

  /** The same by name; what is nobody's is not noted. */
  noteOf(owner: string, failure: PartFailure): void {
    const record = this.#records.get(owner)
    if (record !== undefined) this.note(record, failure)
  }

  /** Brings home what the modules of a package left behind: to its plugins, where it has brought any by then. */
  strayOfPackage(place: string, error: unknown): void {
    const plugins = [...this.#records.values()].filter(({ origin }) => origin.place === place)
    for (const { culprit } of plugins) culprit.blame(error)
    if (plugins.length > 0) return
    this.#early.set(place, [...(this.#early.get(place) ?? []), error])
    this.#ports.log.error({ package: place, err: error }, strayText(`package ${place}`, error))
  }

  #stray(record: PluginRecord, error: unknown): void {
    const { log, now, strayLimit } = this.#ports
    const { name } = record.plugin
    this.note(record, strayFailure(error))
    if (record.isOff && !isTheEnd(error)) return
    log.error({ plugin: name, err: error }, strayText(`plugin ${name}`, error))
    if (isTheEnd(error)) return
    const recent = [...(this.#strays.get(record) ?? []).filter((at) => now() - at < strayWindowMs), now()]
    this.#strays.set(record, recent)
    if (recent.length >= strayLimit) this.#onTooManyStrays(record, error)
  }
}

/** One that ends the process is not switched off any more. */
function isTheEnd(error: unknown): boolean {
  return isTaskerError(error) && error.code === 'PROCESS_ENDED'
}

function strayFailure(error: unknown): PartFailure {
  return { part: 'unawaited', kind: 'strayed', error }
}

function strayText(who: string, error: unknown): string {
  const what = isTheEnd(error) ? 'ends the process' : 'left an error behind that nobody awaits'
  return `${who} ${what}: ${errorMessage(error)}`
}

function nameOf({ name }: PluginStatus): string {
  return name
}
