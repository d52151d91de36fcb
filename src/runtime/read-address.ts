// `host:port` from the command line.

import { errors } from '../errors.ts'
import type { HostPort } from '../ports.ts'
import { parseAddress } from '../proxy/address.ts'

export function readAddress(text: string, flag: string): HostPort {
  const address = parseAddress(text)
  if (typeof address === 'string') throw errors.badValue(flag, text, 'host:port, such as 127.0.0.1:8474')
  return address
}
