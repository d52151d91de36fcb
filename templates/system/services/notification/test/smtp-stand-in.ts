// Plays a mail server: takes mails, and turns the first few away for the time being.

import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'

export interface SmtpStandIn {
  url: string
  /** Headers and text of each mail that was taken. */
  mails: string[]
}

export async function runSmtpStandIn(
  t: { after: (release: () => void) => void },
  { refuseFirst }: { refuseFirst: number },
): Promise<SmtpStandIn> {
  const mails: string[] = []
  let toRefuse = refuseFirst
  const server = createServer((socket) => {
    let mail: string[] | undefined
    const say = (line: string): void => void socket.write(`${line}\r\n`)
    const take = (line: string): void => {
      if (mail !== undefined) {
        if (line !== '.') return void mail.push(line)
        mails.push(mail.join('\n'))
        mail = undefined
        return say('250 taken')
      }
      const verb = line.slice(0, 4).toUpperCase()
      if (verb === 'DATA') {
        mail = []
        return say('354 go on')
      }
      if (verb === 'RCPT' && toRefuse > 0) {
        toRefuse -= 1
        return say('451 later')
      }
      if (verb === 'QUIT') return void socket.end('221 bye\r\n')
      say('250 ok')
    }
    socket.on('error', () => {}) // the client left in the middle
    createInterface({ input: socket }).on('line', take)
    say('220 stand-in')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => void server.close())
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, mails }
}
