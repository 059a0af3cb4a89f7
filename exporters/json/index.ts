export { jsonExporter } from './json-exporter.js'
