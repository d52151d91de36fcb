// What the generated services and the audit promise of their records, each with the faults that break it and the
// tests that have to see them. Faults that only a crash at the right moment shows are in test/soak/mutants.ts.

import type { Edit } from '../fixtures/replace-once.ts'

export interface Tests {
  file: string
  /** Only those whose name has this in it; all, if not given. */
  named?: string
}

export interface RecordMutant {
  guarantee: string
  fault: string
  edit: Edit
  /** One of these has to fail. */
  seenBy: Tests
}

const order = 'templates/system/services/order'
const payment = 'templates/system/services/payment'
const notification = 'templates/system/services/notification'

/** Mutants of a guarantee; each is made by one edit. */
const breaking =
  (guarantee: string) =>
  (path: string, file: string, named?: string) =>
  (fault: string, from: string, to: string): RecordMutant => ({
    guarantee,
    fault,
    edit: { path, from, to },
    seenBy: named === undefined ? { file } : { file, named },
  })

const eventStore = `${order}/src/event-store.ts`
const eventStoreTest = `${order}/test/event-store.test.ts`
const auditTest = 'test/runtime/audit.test.ts'

const chain = breaking('hash chain')
const chained = chain(eventStore, eventStoreTest)
const walked = chain('src/chaos/audit-chain.ts', auditTest)

const hashChain = [
  chained('a hash does not cover what the event says', 'version, type, data, at])', 'version, type, at])'),
  chained('a hash does not cover the events before', 'hashOf(before.hash, event)', 'hashOf(genesis, event)'),
  chain(eventStore, auditTest)(
    'a row does not say what it follows from',
    'event.at, before.hash, hash)',
    'event.at, genesis, hash)',
  ),
  walked('what an event says is not hashed again', 'hash !== sha256(hashedText(row))', 'false'),
  walked('links are not compared', 'prev !== before.hash', 'false'),
  walked('a removed event is passed over', 'pos !== before.pos + 1', 'false'),
]

const anchor = breaking('anchors')
const anchoring = anchor(`${order}/src/anchor-log.ts`, `${order}/test/anchors.test.ts`)
const starting = anchor(`${order}/src/service.ts`, `${order}/test/anchors.test.ts`)
const auditing = anchor('src/chaos/audit-chain.ts', auditTest)

const anchors = [
  anchoring(
    'nothing is anchored while the service runs',
    'setInterval(anchor, everyMs)',
    'setInterval(() => {}, everyMs)',
  ),
  anchoring('nothing is anchored at the end', 'clearInterval(timer)\n      anchor()', 'clearInterval(timer)'),
  anchoring('the log is not compared at the start', 'if (found === anchor.hash)', 'if (true)'),
  anchoring('what a crash leaves is taken for a change', 'store.hashAt(anchor.pos)', 'store.head().hash'),
  anchoring(
    'the log is not compared before it is anchored',
    'const reason = anchored && contradictionWith(anchored, { store, file, log })',
    'const reason = undefined as string | undefined',
  ),
  starting(
    'orders go on when the log is changed',
    '? placeOrder(placing, request) : refuse()',
    '? placeOrder(placing, request) : placeOrder(placing, request)',
  ),
  starting(
    'followers are told of a log that is changed',
    '? store.feed(after, limit) : refuse()',
    '? store.feed(after, limit) : store.feed(after, limit)',
  ),
  starting('a changed log is gone on with', 'if (contradiction !== undefined)', 'if (Math.random() > 1)'),
  starting('a changed log is told to followers', '{ ...store, feed: refuse }', 'store'),
  starting('a changed log leaves the service ready', 'addCheck(() => contradiction)', ''),
  anchor(`${order}/src/anchor-file.ts`, `${order}/test/anchor-file.test.ts`)(
    'an anchor is written behind half a line',
    'endsTorn(file) ? `\\n${line}` : line',
    'line',
  ),
  anchor(`${order}/src/anchor-file.ts`, `${order}/test/anchor-file.test.ts`)(
    'half a line hides the anchor before it',
    'lines.findLastIndex((anchor) => anchor !== undefined)',
    'lines.length - 1',
  ),
  anchor('src/adapters/audit-log.ts', auditTest)(
    'half a line ends the audit',
    'if (error instanceof SyntaxError) return undefined',
    '',
  ),
  auditing('anchors are not compared', 'anchors.every((anchor) => anchor.hash === hash)', 'true'),
  auditing('one anchor of a position is enough', 'anchors.every(', 'anchors.some('),
  auditing('a cut end is not missed', 'last > head.pos', 'false'),
  auditing('the last line is taken for the furthest anchor', 'Math.max(highest, pos)', 'pos'),
]

const trigger = breaking('rows are final')
const events = trigger(eventStore, eventStoreTest)
const charges = trigger(`${payment}/src/charge-store.ts`, `${payment}/test/charge-store.test.ts`)

const without = (name: string, on: string, message: string): [string, string] => [
  `${name} before ${on}\n    begin select raise(abort, '${message} are append-only'); end;`,
  `${name} before ${on}\n    begin select 1; end;`,
]

const triggers = [
  events('an event can be changed', ...without('events_are_final_u', 'update on events', 'events')),
  events('an event can be removed', ...without('events_are_final_d', 'delete on events', 'events')),
  events('an event can be replaced at its position', 'new.pos is not (select', 'new.pos is null and (select'),
  events('an event can be replaced by its id', 'where id = new.id', 'where false'),
  events('an event can be replaced by its version', 'stream = new.stream and version = new.version', 'false'),
  events('a key can be changed', ...without('keys_are_final_u', 'update on keys', 'keys')),
  events('a key can be removed', ...without('keys_are_final_d', 'delete on keys', 'keys')),
  events('a key can be replaced', 'from keys where key = new.key', 'from keys where false'),
  charges('a charge can be changed', ...without('charges_are_final_u', 'update on charges', 'charges')),
  charges('a charge can be removed', ...without('charges_are_final_d', 'delete on charges', 'charges')),
  charges('a charge can be replaced at its position', 'where pos = new.pos or id', 'where id'),
  charges('a charge can be replaced by its id', 'or id = new.id', ''),
  charges('a charge can be replaced by its key', 'or key = new.key', ''),
  charges(
    'a state of a charge can be changed',
    ...without('charge_states_are_final_u', 'update on charge_states', 'charges'),
  ),
  charges(
    'a state of a charge can be removed',
    ...without('charge_states_are_final_d', 'delete on charge_states', 'charges'),
  ),
  charges('a state can be replaced at its position', 'where pos = new.pos or (charge_id', 'where (charge_id'),
  charges('a state can be replaced', 'charge_id = new.charge_id and state = new.state', 'false'),
]

const versions = breaking('expected version')
const appending = versions(eventStore, eventStoreTest)

const expectedVersion = [
  appending('the version is not looked at', 'version !== expected', 'false'),
  appending('a version that is too low is taken', 'version !== expected', 'version < expected'),
  versions(`${order}/src/order-store.ts`, `${order}/test/order-store.test.ts`)(
    'an order that has ended goes on',
    "if (order.status !== 'pending_payment') return order",
    '',
  ),
]

const keys = breaking('idempotency key')
const charging = (file: string, test: string, named: string) =>
  keys(`${payment}/src/${file}`, `${payment}/test/${test}`, named)

const idempotencyKeys = [
  keys(eventStore, eventStoreTest)(
    'a key is not stored',
    'if (key !== undefined) insertKey.run(key, stream)',
    '',
  ),
  keys(`${order}/src/order-store.ts`, `${order}/test/order-store.test.ts`)(
    'a key is the same, whosever it is',
    'subject === undefined ? key :',
    'subject !== null ? key :',
  ),
  charging('charge-store.ts', 'payment.test.ts', 'a key is not taken for another charge')(
    'a key is taken for another charge',
    "return isSame ? { kind: 'charge', charge: known } : { kind: 'key-reused' }",
    "return { kind: 'charge', charge: known }",
  ),
  charging('reconcile.ts', 'reconcile.test.ts', 'asks what became of a key before it charges')(
    'nobody reconciles',
    'running ??= round().finally(() => (running = undefined))',
    'running ??= undefined',
  ),
  charging('reconcile.ts', 'reconcile.test.ts', 'believed in what its books say')(
    'what the books say of a charge is not written down',
    "found.kind === 'done' ? found.payment : undefined",
    'undefined',
  ),
  charging('charge-store.ts', 'charge-store.test.ts', 'the clock went back')(
    'what was open when the clock went back waits for it',
    'or u.at > ?',
    'and u.at <> ?',
  ),
  charging('settle-charge.ts', 'reconcile.test.ts', 'is another payment, settles nothing')(
    'another payment in the books is taken for the charge',
    'isTold ? await',
    'inBooks ? await',
  ),
  charging('settle-charge.ts', 'payment.test.ts', 'refuse')(
    'a refusal is believed whatever the books have',
    'return asInBooks(charge, await provider.find(charge.key))',
    "return asInBooks(charge, { kind: 'not-found' })",
  ),
  charging('settle-charge.ts', 'payment.test.ts', 'refuse')(
    'books that do not tell are taken for empty ones',
    "inBooks.kind === 'done' || inBooks.kind === 'not-found'",
    'true',
  ),
  charging('settle-charge.ts', 'payment.test.ts', 'refuse')(
    'what is under the key of a refused charge is taken for that charge',
    'isOf(charge, inBooks.payment) ?',
    'true ?',
  ),
  charging('settle-charge.ts', 'payment.test.ts', 'refuse')(
    'a refused charge stays open',
    "if (result.kind === 'refused') return afterRefusal(charge)",
    '',
  ),
  charging('settle-charge.ts', 'void.test.ts', 'declined for good')(
    'what is reserved and may not be captured stays reserved',
    'return written(charge, await provider.void(voidKey(charge), inBooks.payment.id))',
    'return asInBooks(charge, inBooks)',
  ),
  charging('settle-charge.ts', 'void.test.ts', 'nothing is given up')(
    'what is under the key of a refused capture is given up, whatever it is',
    '|| !isOf(charge, inBooks.payment)',
    '',
  ),
  charging('settle-charge.ts', 'void.test.ts', 'under the same key')(
    'what is reserved is given up without a key',
    'provider.void(voidKey(charge),',
    'provider.void(`${voidKey(charge)}-${performance.now()}`,',
  ),
  charging('settle-charge.ts', 'refund.test.ts', 'asked for under one key')(
    'a refund is asked for without its key',
    'provider.refund(refundKey(charge),',
    'provider.refund(`${refundKey(charge)}-${performance.now()}`,',
  ),
  charging('routes.ts', 'refund.test.ts', 'on disk before the provider hears of it')(
    'a refund is asked for before it is written down',
    "await store.enter(id, 'refund_requested', known.providerId)",
    "{ ...known, state: 'refund_requested' as const }",
  ),
  charging('routes.ts', 'refund.test.ts', 'still gets the answer that it got')(
    'a key is answered otherwise once the charge was given back',
    "body: { ...charge, state: 'captured' }",
    'body: { ...charge }',
  ),
]

const whose = breaking('whose order it is')
const asking = whose(`${order}/src/order.ts`, `${order}/test/order.test.ts`, 'the order of another subject')
const answering = whose(
  `${order}/src/routes.ts`,
  `${order}/test/order.test.ts`,
  'the order of another subject',
)
const passing = whose(
  'templates/system/services/gateway/src/routes.ts',
  'templates/system/services/gateway/test/access.test.ts',
  'read by who placed it|name of any subject',
)
const recalling = whose(
  'templates/system/services/gateway/src/routes.ts',
  'templates/system/services/gateway/test/gateway.test.ts',
  'as it was at a version',
)

const owners = [
  asking('every subject may read every order', 'subject === undefined || subject ===', 'true || subject ==='),
  asking(
    'an order that nobody placed is read by everybody',
    'subject === order.subject',
    'subject === (order.subject ?? subject)',
  ),
  answering(
    'the history is told to everybody',
    "if (order === undefined || !mayRead(headers['x-subject'], order))\n      return",
    'if (order === undefined)\n      return',
  ),
  passing(
    'order is not told who reads',
    "query,\n        headers: { 'x-subject': encodedSubject },",
    'query,',
  ),
  passing(
    'what one subject read is told to another while order is away',
    '`${encodedSubject} ${params.id} ',
    '`${params.id} ',
  ),
  recalling(
    'what an order was is told as what it is while order is away',
    " ${query.version ?? ''} ${query.at ?? ''}`",
    '`',
  ),
]

const mail = breaking('mailbox')(`${notification}/src/mailbox.ts`, `${notification}/test/mailbox.test.ts`)

const mailbox = [
  mail(
    'what arrived is forgotten with the process',
    'const arrived = wholeLines(path)',
    'wholeLines(path)\n  const arrived = new Set<string>()',
  ),
  mail(
    'what comes while the same is written is written again',
    'messages.filter(({ id }) => !arrived.has(id))',
    'messages',
  ),
  mail('half a line is left where it is', 'truncateSync(path, Buffer.byteLength(text.slice(0, end)))', ''),
  mail('what was written is not remembered', 'arrived.add(id)', 'void id'),
]

const notificationTest = `${notification}/test/notification.test.ts`
const storeFile = `${notification}/src/notification-store.ts`
const storeTest = `${notification}/test/notification-store.test.ts`
const letters = breaking('dead letters')
const stored = letters(storeFile, storeTest)
const delivering = letters(
  `${notification}/src/deliver.ts`,
  `${notification}/test/channels.test.ts`,
  'dead letter|refuses for good',
)

const deadLetters = [
  delivering('one attempt too many', 'attempts + 1 >= maxAttempts', 'attempts >= maxAttempts'),
  delivering('what was refused for good is tried again', 'error instanceof MessageRefused || ', ''),
  stored('a dead letter counts as sent', "finish.run('dead',", "finish.run('sent',"),
  stored('a replay sends again what has arrived', "at = ? where state = 'dead'`", 'at = ? where true`'),
  stored('a replayed letter has no attempts left', 'attempts = 0, due_at', 'due_at'),
]

const feed = breaking('feed without gaps')
const verifying = feed('src/chaos/invariants/orders.ts', 'test/chaos/invariants.test.ts')

const feedGaps = [
  feed(eventStore, eventStoreTest)(
    'a page begins one event too late',
    'where pos > ? order by pos',
    'where pos > ? + 1 order by pos',
  ),
  feed(`${order}/src/routes.ts`, `${order}/test/order.test.ts`, 'the feed is read a page at a time')(
    'the next page is where the log ends',
    'next: events.at(-1)?.pos ?? after',
    'next: store.head().pos',
  ),
  feed('templates/system/platform/src/group-commit.ts', eventStoreTest)(
    'half of an append that failed is kept',
    'rollback to work; release work',
    'release work',
  ),
  verifying('verify does not miss an event', 'pos !== expected', 'false'),
  verifying('verify does not miss a version', 'version !== before + 1', 'false'),
  verifying(
    'verify lets an order go on after its end',
    'return wasEnded ?',
    'return wasEnded && before < 0 ?',
  ),
]

const telling = breaking('notifications')(
  'src/chaos/invariants/notifications.ts',
  'test/chaos/invariants.test.ts',
)
const recording = breaking('record of a load run')(
  'src/runtime/acknowledged-record.ts',
  'test/runtime/acknowledged-record.test.ts',
)

const judging = [
  verifying('verify does not miss the end of the feed', 'Math.max(0, logged - feed.length)', '0'),
  telling('verify does not miss one channel of several', '!channels.includes(channel)', 'false'),
  telling('verify does not look at whom a message was for', 'meant[what] === arrived[what]', 'true'),
  recording('verify takes a cut record for a whole one', 'lines.length < promised', 'false'),
  recording(
    'verify looks for the orders of another system',
    '(whose !== null && whose !== system) continue',
    '(false) continue',
  ),
]

const reading = breaking('checkpoint')
const moving = reading(storeFile, storeTest)
const notifying = (file: string) =>
  reading(`${notification}/src/${file}`, notificationTest, 'a restart goes on|read twice')

const checkpoint = [
  moving('the checkpoint is not moved', 'writeCheckpoint.run(checkpoint)', ''),
  moving(
    'the checkpoint is committed before the messages',
    'record: (messages, checkpoint) =>\n      commit(() => {',
    'record: (messages, checkpoint) =>\n      commit(() => writeCheckpoint.run(checkpoint)) && commit(() => {',
  ),
  moving('an event that is read again is an error', ' on conflict (id) do nothing', ''),
  notifying('message.ts')(
    'an event that is read again is told again',
    'id: `${eventId}:${channel}`',
    'id: `${eventId}:${channel}:${Math.random()}`',
  ),
  notifying('follow-orders.ts')(
    'a restart begins with the first event',
    'readFeed(feed, store.checkpoint(),',
    'readFeed(feed, 0,',
  ),
]

const platform = 'templates/system/platform'
const badInput = breaking('bad input')
const numbers = badInput(
  `${platform}/src/schema-check.ts`,
  `${platform}/test/contract.test.ts`,
  'a number in a URL is finite',
)
const methods = badInput(
  `${platform}/src/known-paths.ts`,
  `${platform}/test/unreadable.test.ts`,
  'another method than those of a path',
)

const badInputs = [
  numbers('Infinity is within any bounds', 'strictNumbers: false', 'strictNumbers: true'),
  numbers('Infinity is a number where it has no bounds', '{ ...finite, ...one }', 'one'),
  methods('another method is another path', 'found.length === 0', 'found.length >= 0'),
  methods('what has an id in it is no known path', "part.includes(':') || part", 'part'),
]

const storage = breaking('a store that cannot be written')
const refusing = storage(`${platform}/src/durable-store.ts`, `${platform}/test/durable-store.test.ts`)

const storageTrouble = [
  refusing('a locked database is a fault of the service', "[5, 'another process holds it'],", ''),
  refusing('everybody waits for whoever has locked it', 'waitForOthers(database, 0)', ''),
  refusing('after a lock, nobody waits any more', 'waitForOthers(database, patienceMs)', ''),
  refusing('what cannot be written is ready', 'trouble: () => trouble', 'trouble: () => undefined'),
]

const joined = breaking('logs joined by trace')

const joinedLogs = [
  joined('src/system/line-trace.ts', 'test/system/line-trace.test.ts')(
    'a line that tells of a trace belongs to it',
    'line.includes(wanted) && (traceIdIn(line)?.startsWith(wanted) ?? false)',
    'line.includes(wanted)',
  ),
]

const dying = (file: string, named: string) =>
  breaking('every step may be the last')(file, 'test/guarantees/crash-points.test.ts', named)

const crashes = [
  dying(`${order}/src/order-store.ts`, 'order dies after the commit of order.placed')(
    'what is open is not read from the log',
    '(openOrders.all(placedBefore) as unknown as { id: string }[]).map(({ id }) => id)',
    '[] as string[]',
  ),
  dying(`${order}/src/pay-order.ts`, 'order dies before the commit of order.confirmed')(
    'payment is asked again under another key',
    'idempotencyKey: order.paymentKey',
    'idempotencyKey: `${order.paymentKey}-${retryAttempt}-${process.pid}`',
  ),
  dying(`${payment}/src/settle-charge.ts`, 'provider dies after the commit of authorised')(
    'the provider is asked again under another key',
    'provider.authorise(charge.key,',
    'provider.authorise(`${charge.key}-${performance.now()}`,',
  ),
  dying(`${payment}/src/reconcile.ts`, 'payment dies after the commit of refund_requested')(
    'nobody reconciles',
    'running ??= round().finally(() => (running = undefined))',
    'running ??= undefined',
  ),
  dying(`${notification}/src/follow-orders.ts`, 'notification dies before the commit of receipt')(
    'the checkpoint moves before its effect',
    'await store.record(events.flatMap(messagesFor), next)',
    'await store.record([], next)\n      await store.record(events.flatMap(messagesFor), next)',
  ),
  dying(`${notification}/src/deliver.ts`, 'notification dies amid the write of email')(
    'a message is marked as sent before it is',
    'const attempts = (await Promise.all(due.map(attempt)))',
    "await store.settle(due.map(({ id }) => ({ kind: 'sent', id, via: channel.via })))\n      const attempts = (await Promise.all(due.map(attempt)))",
  ),
  dying(`${notification}/src/mailbox.ts`, 'notification dies after the sync of email')(
    'what arrived is forgotten with the process',
    'const arrived = wholeLines(path)',
    'wholeLines(path)\n  const arrived = new Set<string>()',
  ),
  dying(`${notification}/src/mailbox.ts`, 'notification dies amid the write of email')(
    'half a line is left where it is',
    'truncateSync(path, Buffer.byteLength(text.slice(0, end)))',
    '',
  ),
]

export const recordMutants: RecordMutant[] = [
  ...hashChain,
  ...anchors,
  ...triggers,
  ...expectedVersion,
  ...idempotencyKeys,
  ...owners,
  ...mailbox,
  ...deadLetters,
  ...feedGaps,
  ...judging,
  ...crashes,
  ...checkpoint,
  ...badInputs,
  ...storageTrouble,
  ...joinedLogs,
]
