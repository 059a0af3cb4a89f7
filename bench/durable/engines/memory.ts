import type { Engine } from '../engine.js'
import type { StepOutput } from '../shapes.js'

/** The limit of memory: the same graph with promises, nothing stored. */
export const engine: Engine = {
  async open({ shape }, watch) {
    const runStep = async (step: string): Promise<StepOutput> => {
      watch.stepRan()
      return { ok: true, step }
    }
    const runTask = async () => {
      const running = new Map<string, Promise<StepOutput>>()
      for (const { name, dependsOn } of shape.steps) {
        const parents = dependsOn.map((parent) => running.get(parent)!)
        running.set(
          name,
          Promise.all(parents).then(() => runStep(name)),
        )
      }
      await Promise.all(running.values())
      watch.taskEnded()
    }
    return {
      async createMany(count) {
        await Promise.all(Array.from({ length: count }, runTask))
      },
      runOne: runTask,
      close: async () => {},
    }
  },
}
