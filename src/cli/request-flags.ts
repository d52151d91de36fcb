// What is loaded, what a plain target is asked, and how: the same for every command that sends load.

import { string as argument } from '@oclif/core/args'
import { boolean, string } from '@oclif/core/flags'
import { headersTyped } from '../system/header-lines.ts'

export const targetArgument = () => ({
  target: argument({
    description: 'URL, or the name of a service; in a system, the entry with its scenario if left out',
  }),
})

export const requestFlags = () => ({
  method: string({ description: 'Of a plain target.', default: 'GET' }),
  header: string({
    char: 'H',
    multiple: true,
    description: 'Of a plain target, or of all requests of a file (repeatable).',
    helpValue: "'name: value'",
  }),
  body: string({ description: 'Of a plain target.' }),
  timeout: string({ description: 'An arrival that takes longer has failed.', default: '10s' }),
  http2: boolean({
    description: 'HTTP/2; without TLS the target must know (h2c). -c counts requests at once.',
    default: false,
  }),
  insecure: boolean({ description: 'Take any certificate.', default: false }),
})

interface Typed {
  method: string
  header?: string[] | undefined
  body?: string | undefined
}

/** Throws `bad-value` for a header that is none. */
export const requestTyped = ({ method, header, body }: Typed) => ({
  method: method.toUpperCase(),
  headers: headersTyped(header ?? []),
  body,
})
