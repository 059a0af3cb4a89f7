/** Whether a value is an object literal: not a class instance, list or function. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  // A configuration evaluated in another realm, as test runners do, has another Object.prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
