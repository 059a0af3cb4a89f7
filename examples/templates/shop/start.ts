import { readdir, readFile } from 'node:fs/promises'
import { createTasker, type TaskRequest } from 'tasker'
import { configuredAddress } from './shop-api/address.ts'

const folder = new URL('./requests/', import.meta.url)
const address = configuredAddress()
console.log(address === undefined ? 'No SHOP_API_URL: the stand-in answers.' : `The API is ${address}`)

const tasker = await createTasker() // finds tasker.config.ts
try {
  await tasker.start()
  for (const file of (await readdir(folder)).sort()) {
    const request = JSON.parse(await readFile(new URL(file, folder), 'utf8')) as TaskRequest
    const task = await tasker.tasks.wait(await tasker.tasks.create(request), { timeoutMs: 60_000 })
    console.log(`${task.namespace}/${task.name} is ${task.state}:`, task.steps.at(-1)?.results ?? task.error)
    if (task.state !== 'complete') process.exitCode = 1
  }
  await tasker.exports.run({
    source: 'steps',
    format: 'tsv',
    output: 'steps.tsv',
    columns: ['taskId', 'name', 'state', 'attempts', 'error'],
  })
  console.log('All steps are in steps.tsv')
} finally {
  await tasker.stop()
}
