/** A file that is to be written. */
export interface ScaffoldFile {
  /** Relative to the folder of the project, with slashes. */
  readonly path: string
  readonly content: string | Uint8Array
}
