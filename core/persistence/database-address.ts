/**
 * Where a server listens: a host name, or the folder of a unix socket. (A file of its own: the types of `tasker/testing`
 * name it, and must not bring those of the ORM into every project that tests.)
 */
export interface DatabaseAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly password?: string
}
