import type { OpenEngine } from '../engine.js'
import type { TaskEnds } from './task-ends.ts'

/** How an engine runs tasks that we name ourselves and whose ends we notice ourselves. */
export function byTaskIds(
  ends: TaskEnds,
  { create, tasksPerCall }: { create(tasks: readonly string[]): Promise<void>; readonly tasksPerCall: number },
): Pick<OpenEngine, 'createMany' | 'runOne'> {
  return {
    async createMany(count) {
      const tasks = Array.from({ length: count }, () => ends.newTask())
      for (let start = 0; start < count; start += tasksPerCall) await create(tasks.slice(start, start + tasksPerCall))
    },
    async runOne() {
      const task = ends.newTask()
      const ended = ends.wait(task)
      await create([task])
      await ended
    },
  }
}
