export { xmlExporter } from './xml-exporter.js'
