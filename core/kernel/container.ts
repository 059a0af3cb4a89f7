import { container, type DependencyContainer } from 'tsyringe'

/** One container per kernel, a child of the library's own: two kernels in one process share nothing. */
export function createContainer(): DependencyContainer {
  return container.createChildContainer()
}
