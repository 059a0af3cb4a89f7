/** What the examples have in common: one order that is charged at the second attempt. */
export const task = { namespace: 'payments', taskName: 'process_order', version: '2.1.0' } as const

/** A step of it, in its first attempt of three. */
export const step = { ...task, stepName: 'charge', attempt: 1, retryLimit: 3 } as const

export const ids = {
  task: '01970a10-4c00-7b2e-9c1d-5f0a3e8b7a01',
  parentTask: '01970a10-4b00-7f31-8a44-90c2d1e6b502',
  parentStep: '01970a10-4b01-7a0c-b7de-1c2f4a9e8d03',
  worker: '01970a0f-0e00-7c55-a1b2-c3d4e5f60704',
  run: '01970a10-4c0a-7d18-8e9f-2b4c6d8e0f05',
  batch: '01970a10-4c0c-7e27-93a8-b4c5d6e7f806',
  export: '01970a2b-7700-7f90-8c2d-3e4f50617207',
  idempotencyKey: '01970a10-4c02-76aa-8b3c-4d5e6f708108',
} as const

export const person = { id: 'ada@shop.example', kind: 'person', name: 'Ada' } as const

export const declined = {
  name: 'PermanentError',
  message: 'the card was stolen',
  code: 'STOLEN',
  category: 'client_error',
  retryable: false,
} as const

export const busy = {
  name: 'RetryableError',
  message: 'the gateway is busy',
  code: 'GATEWAY_BUSY',
  category: 'server_error',
  retryable: true,
} as const

export const hash = '9f2c4e7ab0d15c38'

/** Where a handler of the project came from. */
export const handlerFile = 'handlers/payments/process-order.task.ts'
