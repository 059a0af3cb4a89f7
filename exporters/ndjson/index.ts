export { ndjsonExporter } from './ndjson-exporter.js'
