import { BreakerCommand } from '../../runtime/breaker-command.ts'

export default class BreakerDisable extends BreakerCommand {
  static override summary = 'Let every call on an edge through for a time, whatever comes back.'
  static override examples = ['<%= config.bin %> breaker disable order:payment --for 30s']
  protected readonly state = 'disabled'
}
