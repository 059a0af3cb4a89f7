export { parquetExporter } from './parquet-exporter.js'
