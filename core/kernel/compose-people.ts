import type { DatabaseWatch } from '../orchestration/database-watch.js'
import { DependentSystemService } from '../orchestration/dependent-systems/dependent-system-service.js'
import { NamespaceService } from '../orchestration/people/namespace-service.js'
import { PauseService } from '../orchestration/people/pause-service.js'
import { PauseWatch } from '../orchestration/people/pause-watch.js'
import { RerunService } from '../orchestration/people/rerun-service.js'
import type { TaskCreator } from '../orchestration/task-creator.js'
import type { Base } from './compose-base.js'

/** What is paused, as the worker and whoever pauses know it. */
export function composePauseWatch(
  { storage, clock, ids, log, config }: Base,
  databaseWatch: DatabaseWatch,
): PauseWatch {
  const { store, signals, info } = storage
  const { sweepIntervalMs } = config.values.execution
  return new PauseWatch({ store, signals, schema: info.schema, clock, ids, log, databaseWatch, sweepIntervalMs })
}

/** The services by which people do more to tasks than commands can. */
export function composePeople(base: Base, made: { readonly watch: PauseWatch; readonly creator: TaskCreator }) {
  const { storage, clock, ids, hooks, handlers } = base
  const { store } = storage
  const asking = { store, hooks, clock, ids }
  const pauses = new PauseService({ ...asking, watch: made.watch })
  return {
    pauses,
    namespaces: new NamespaceService({ ...asking, pauses }),
    dependentSystems: new DependentSystemService(asking),
    reruns: new RerunService({
      ...{ store, hooks, creator: made.creator },
      requireDefinition: ({ namespace, name, version }) => handlers.require({ namespace, name, version }),
    }),
  }
}
