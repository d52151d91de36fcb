// The servers behind the proxies, in a process of their own: one that echoes, one that swallows so many bytes
// and says when it has them. Started with fork; tells its ports, ends with its parent.
//
//   node proxy-upstream.ts <bytes to swallow>

import { tcpServer } from '../test/fixtures/proxied.ts'

const bulkBytes = Number(process.argv[2])
const echo = await tcpServer((socket) => void socket.pipe(socket))
const sink = await tcpServer((socket) => {
  let left = bulkBytes
  socket.on('data', (chunk) => {
    left -= chunk.length
    if (left <= 0) socket.end('done')
  })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ echo: echo.port, sink: sink.port })
