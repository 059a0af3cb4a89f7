import { definePlugin } from 'tasker'
import { configuredAddress } from '../shop-api/address.ts'
import { type StandIn, startStandIn } from '../shop-api/stand-in/server.ts'

let running: StandIn | undefined

/** Stands in for the API of the shop while Tasker runs, where no address of a real one is configured. */
export const standIn = definePlugin({
  name: 'stand_in',
  version: '0.1.0',
  description: 'Answers like the API of the shop, from shop-api/stand-in/data.json.',
  async start() {
    if (configuredAddress() !== undefined) return
    running = await startStandIn()
    process.env.SHOP_API_URL = running.url
  },
  async stop() {
    if (running === undefined) return
    delete process.env.SHOP_API_URL
    await running.close()
    running = undefined
  },
})
