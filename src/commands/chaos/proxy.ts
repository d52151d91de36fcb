import { boolean, integer, string } from '@oclif/core/flags'
import { BaseCommand } from '../../cli/base-command.ts'
import { proxyEndView, proxyView } from '../../cli/views/proxy.ts'
import { runProxy, type ProxySummary } from '../../runtime/proxy-command.ts'

export default class ChaosProxy extends BaseCommand {
  static override summary = "Put a proxy in front of anything and break it with Toxiproxy's API."
  static override description =
    'Runs until Ctrl-C. Every client of Toxiproxy works with it; hostile values are refused, and removing a ' +
    'toxic never hangs. With --listen and --upstream one proxy is there from the start; more come by the API.'
  static override examples = [
    '<%= config.bin %> chaos proxy',
    '<%= config.bin %> chaos proxy --listen 127.0.0.1:26379 --upstream 127.0.0.1:6379 --name redis',
    'curl -d \'{"type":"latency","attributes":{"latency":100}}\' localhost:8474/proxies/redis/toxics',
  ]
  static override flags = {
    api: string({
      description: 'Where the API listens.',
      default: '127.0.0.1:8474',
      helpValue: '<host:port>',
    }),
    listen: string({
      description: 'Where the proxy listens; a free port if not said.',
      helpValue: '<host:port>',
    }),
    upstream: string({ description: 'Where it leads.', helpValue: '<host:port>' }),
    name: string({ description: 'Name of that proxy.', default: 'proxy' }),
    seed: integer({ description: 'All chance comes from it; same seed, same decisions.', default: 1 }),
    compat: boolean({ description: "Toxiproxy's own semantics, where ours are safer (see docs/proxy.md)." }),
    'allow-remote': boolean({ description: 'Allow addresses that are not on this machine.' }),
  }

  async run(): Promise<ProxySummary> {
    const { flags } = await this.parse(ChaosProxy)
    const summary = await runProxy(flags, (running) => this.progress(proxyView(running)))
    return this.show(summary, proxyEndView(summary))
  }
}
