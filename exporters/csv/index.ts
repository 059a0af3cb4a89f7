export { csvExporter } from './csv-exporter.js'
