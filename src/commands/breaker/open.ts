import { BreakerCommand } from '../../runtime/breaker-command.ts'

export default class BreakerOpen extends BreakerCommand {
  static override summary = 'Refuse every call on an edge for a time, as if its callee were dead.'
  static override examples = ['<%= config.bin %> breaker open order:payment --for 30s']
  protected readonly state = 'forced_open'
}
