import { Type } from 'typebox'

/** An object of settings knows all of its keys. */
export const closed = { additionalProperties: false } as const
/** In milliseconds. */
export const second = 1000

export const milliseconds = (
  description: string,
  value: number,
  limits: { readonly minimum?: number; readonly maximum?: number } = {},
) => Type.Integer({ minimum: 1, ...limits, default: value, description: `${description}, in milliseconds.` })

export const count = (description: string, value: number, limits: { readonly maximum?: number } = {}) =>
  Type.Integer({ minimum: 1, ...limits, default: value, description })

export const bytes = (description: string, value: number) =>
  Type.Integer({ minimum: 1024, default: value, description: `${description}, in bytes of JSON.` })

export const flag = (description: string, value: boolean) => Type.Boolean({ default: value, description })
