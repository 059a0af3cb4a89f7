import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gatewayFolder, readJson } from '../../workspace.js'

export interface ChargeRequest {
  /** Two requests with one key are one charge, however often and from wherever they come. */
  readonly idempotencyKey: string
  readonly orderId: number
  readonly amountCents: number
}

/** A charge in the books of the gateway. */
export interface Charge extends ChargeRequest {
  readonly chargeId: string
  readonly chargedAt: string
}

/** How long a request is on its way, and its answer: time enough to be killed between the charge and the knowledge of it. */
const LATENCY_MS = 120

/**
 * A stand-in for a payment gateway, its books a folder with one file for each charge. What makes it worth imitating is the
 * idempotency key: a worker that is killed after it asked, and asks again after its restart, gets the charge it made before.
 */
export async function chargeCard(request: ChargeRequest, signal: AbortSignal): Promise<Charge> {
  await setTimeout(LATENCY_MS, undefined, { signal })
  const charge = await enterOnce(request)
  await setTimeout(LATENCY_MS, undefined, { signal })
  return charge
}

/** `link` makes the entry with all its text, or fails because there is one already. */
async function enterOnce(request: ChargeRequest): Promise<Charge> {
  const folder = join(gatewayFolder(), 'charges')
  await mkdir(folder, { recursive: true })
  const entry = join(folder, `${createHash('sha256').update(request.idempotencyKey).digest('hex')}.json`)
  const draft = join(folder, `${randomUUID()}.tmp`)
  const charge: Charge = { ...request, chargeId: `ch_${randomUUID()}`, chargedAt: new Date().toISOString() }
  await writeFile(draft, JSON.stringify(charge))
  try {
    await link(draft, entry)
    return charge
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return await readJson<Charge>(entry)
  } finally {
    await rm(draft, { force: true })
  }
}
