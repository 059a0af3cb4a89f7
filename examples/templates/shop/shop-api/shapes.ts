import { PermanentError } from 'tasker'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'

/** What the steps read of the answers of the API, which has more. */
export const Cart = Type.Object({
  id: Type.Integer(),
  userId: Type.Integer(),
  products: Type.Array(Type.Object({ id: Type.Integer(), title: Type.String(), quantity: Type.Integer() })),
})

export const ProductList = Type.Object({
  products: Type.Array(
    Type.Object({
      id: Type.Integer(),
      title: Type.String(),
      price: Type.Number(),
      stock: Type.Integer(),
      category: Type.String(),
    }),
  ),
})

/** What of a product the list is asked for. */
export const productFields = 'title,price,stock,category'

export const User = Type.Object({ id: Type.Integer(), email: Type.String(), username: Type.String() })
export const UserList = Type.Object({ users: Type.Array(User) })
export const Created = Type.Object({ id: Type.Integer() })

/** An answer as it has to be; another one would come again, so it ends the step. */
export function readAnswer<S extends TSchema>(shape: S, body: unknown): Static<S> {
  if (Value.Check(shape, body)) return body
  const [first] = Value.Errors(shape, body)
  throw new PermanentError(`the API answered something else than expected: ${first?.instancePath} ${first?.message}`, {
    code: 'UNEXPECTED_ANSWER',
  })
}

/** Prices of the API are amounts such as 9.99; cents can be added up without rounding. */
export const toCents = (amount: number): number => Math.round(amount * 100)
