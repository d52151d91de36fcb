// http: requests on an edge are answered by the proxy, cut off, or late. The callee never sees what was
// answered or cut off.

import { errors } from '../../errors.ts'
import { edgeFault } from '../edge-fault.ts'

export const http = edgeFault({
  kind: 'http',
  summary: 'Answer, cut off or delay requests on an edge.',
  examples: [
    'order:payment --status 503 --percent 30',
    'order:payment --abort --method POST --path /charges --first 5',
    'order:payment --delay 300ms',
  ],
  params: [
    {
      name: 'status',
      unit: 'count',
      min: 0,
      max: 599,
      default: 0,
      help: 'the status that is answered, 200 to 599',
    },
    { name: 'body', unit: 'text', max: 65_536, default: '', help: 'the body that is answered' },
    { name: 'abort', unit: 'flag', default: false, help: 'cut the connection off' },
    {
      name: 'delay',
      unit: 'time',
      min: 0,
      max: 60_000,
      default: 0,
      help: 'how late it is, also before an answer',
    },
    { name: 'method', unit: 'text', max: 20, default: '', help: 'only requests with that method' },
    {
      name: 'path',
      unit: 'text',
      max: 1000,
      default: '',
      help: 'only requests to that path; a * at the end: what begins so',
    },
    {
      name: 'first',
      unit: 'count',
      min: 0,
      max: 1_000_000,
      default: 0,
      help: 'only the first so many of them',
    },
  ],
  percentOf: 'requests',
  toxic: 'http',
  verb: 'broke',
  events: 'requests',
  attributes: ({ status, body, abort, delay, method, path, first }, { percent }) => ({
    status: Number(status),
    body: String(body),
    abort: abort === true,
    delay: Math.round(Number(delay)),
    method: String(method),
    path: String(path),
    first: Number(first),
    percentage: percent,
  }),
  refuse({ status, abort, delay }) {
    if (status !== 0 && Number(status) < 200)
      throw errors.badValue('status', String(status), 'a status from 200 to 599')
    if (status === 0 && abort !== true && delay === 0)
      throw errors.needsParameter('http', 'a status, abort or a delay', 'what becomes of the requests')
  },
})
