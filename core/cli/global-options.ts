/** The options that every command takes. */
export interface GlobalOptions {
  /** The configuration file. */
  readonly config?: string
  /** The environment whose overlay holds. */
  readonly env?: string
  readonly verbose: boolean
  readonly color: boolean
}
