import { recordTasks } from './record-rows.js'
import { requireShape } from './shapes.js'

/** A process of its own, so that the memory of the floor is not that of Tasker: URL, schema and shape in, JSON out. */
const [url, schema, shape, count] = process.argv.slice(2)
process.stdout.write(JSON.stringify(await recordTasks(url!, schema!, requireShape(shape!), Number(count))))
