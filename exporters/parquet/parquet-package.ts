import { MissingPackageError } from '../../core/index.js'

/** Of the optional package. */
export type ParquetPackage = typeof import('hyparquet-writer')

/**
 * Loads the package that writes Parquet, which only those install who want the format.
 *
 * @throws MissingPackageError
 */
export async function loadParquetPackage(): Promise<ParquetPackage> {
  try {
    return await import('hyparquet-writer')
  } catch (cause) {
    throw new MissingPackageError('hyparquet-writer', 'Records are to be exported as Parquet', cause)
  }
}
