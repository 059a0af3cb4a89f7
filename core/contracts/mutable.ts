/** The same with members that may be set: for what is put together member by member before anybody else has it. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] }
