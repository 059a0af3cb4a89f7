import type { Logger } from '../contracts/logger.js'

const silence = (): void => {}

/** For a bus that was given no logger; failures still reach the error channel. */
export const silentLogger: Logger = {
  debug: silence,
  info: silence,
  warn: silence,
  error: silence,
  child: () => silentLogger,
}
