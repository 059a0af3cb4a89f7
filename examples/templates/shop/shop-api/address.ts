import address from './address.json' with { type: 'json' }

/** The address of the shop's API: SHOP_API_URL, else that of address.json; undefined where there is neither. */
export function configuredAddress(): string | undefined {
  return process.env.SHOP_API_URL || (address.baseUrl as string | null) || undefined
}

/** The same where a step needs it. The stand-in of this project sets SHOP_API_URL while it runs. */
export function shopApi(path: string): string {
  const address = configuredAddress()
  if (address === undefined)
    throw new Error('no address of the shop API: set SHOP_API_URL, or let the stand-in plugin run')
  return `${address}${path}`
}
