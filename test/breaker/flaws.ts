// The fifteen flaws of the breaker that many teams write first, each as a question to any breaker. The
// numbers F1-F15 are used in docs/breaker.md.

import type { Contender, Subject, SubjectOptions, TrialCall } from './contenders/contender.ts'
import { interleavings } from './interleavings.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface Finding {
  passes: boolean
  /** What was seen, short enough for a table. */
  saw: string
}

export interface Flaw {
  id: string
  /** What a breaker without the flaw does. */
  demand: string
  examine(contender: Contender, time: VirtualTime): Promise<Finding>
}

/** Longer than any jittered first open time. */
const surelyOverMs = 1250
/** Calls that are still under way after several open times. */
const patient: SubjectOptions = { attemptTimeoutMs: 10_000 }

export const flaws: Flaw[] = [
  {
    id: 'F1',
    demand: 'half-open admits a few of 10,000 callers and refuses the rest at once',
    async examine(contender, time) {
      using subject = contender.create(time)
      await trip(subject, time)
      await time.advance(surelyOverMs)
      const calls = Array.from({ length: 10_000 }, () => subject.call())
      await time.settle()
      const { running, refused, waiting } = fates(calls)
      return {
        passes: running >= 1 && running <= 3 && waiting === 0 && running + refused === 10_000,
        saw: waiting > 0 ? `${running} admitted, ${waiting} wait` : `${running} admitted`,
      }
    },
  },
  {
    id: 'F2',
    demand: 'admission is one step: no interleaving of callers admits too many',
    async examine(contender, time) {
      const first = contender.create(time)
      if (first.admissionSteps !== undefined) {
        first[Symbol.dispose]()
        return interleavings(() => contender.create(time), time, trip)
      }
      using subject = first
      await trip(subject, time)
      await time.advance(surelyOverMs)
      const calls = [subject.call(), subject.call(), subject.call(), subject.call()]
      await time.settle()
      const { running } = fates(calls)
      return { passes: running <= 3, saw: 'one step' }
    },
  },
  {
    id: 'F3',
    demand: 'a callee that fails 4 of 5 calls opens it, whatever the order',
    async examine(contender, time) {
      using subject = contender.create(time)
      for (let count = 1; count <= 1000; count += 1) {
        await oneCall(subject, time, count % 5 === 0 ? 'succeed' : 'fail')
        if (subject.state() !== 'closed') return { passes: count <= 25, saw: `opens after ${count}` }
        await time.advance(20)
      }
      return { passes: false, saw: 'closed after 1,000' }
    },
  },
  {
    id: 'F4',
    demand: 'failures expire: one more after ten quiet minutes opens nothing',
    async examine(contender, time) {
      using probe = contender.create(time)
      const enough = await trip(probe, time)
      using subject = contender.create(time)
      await fail(subject, time, enough - 1)
      await time.advance(600_000)
      await fail(subject, time, 1)
      return opened(subject, `${enough - 1} failures, 10 min, 1 failure`)
    },
  },
  {
    id: 'F5',
    demand: 'a few failures without traffic open nothing',
    async examine(contender, time) {
      using subject = contender.create(time)
      await fail(subject, time, 10)
      return opened(subject, '10 calls')
    },
  },
  {
    id: 'F6',
    demand: 'a late success from before the outage does not close it',
    async examine(contender, time) {
      using subject = contender.create(time, patient)
      const late = subject.call()
      await time.settle()
      await trip(subject, time)
      late.succeed()
      await time.settle()
      return { passes: subject.state() === 'open', saw: `open, then ${subject.state()}` }
    },
  },
  {
    id: 'F7',
    demand: 'a late answer from before the outage does not steer half-open',
    async examine(contender, time) {
      const seen: string[] = []
      for (const how of ['succeed', 'fail'] as const) {
        using subject = contender.create(time, patient)
        const late = [subject.call(), subject.call(), subject.call()]
        await time.settle()
        await trip(subject, time)
        await time.advance(surelyOverMs)
        subject.call() // a trial under way
        await time.settle()
        for (const call of late) call[how]()
        await time.settle()
        seen.push(`${how === 'fail' ? 'failure' : 'success'}: ${subject.state()}`)
      }
      return { passes: seen.every((each) => each.endsWith('half_open')), saw: seen.join(', ') }
    },
  },
  {
    id: 'F8',
    demand: 'late failures do not make the open time longer',
    async examine(contender, time) {
      using subject = contender.create(time, patient)
      const late = Array.from({ length: 10 }, () => subject.call())
      await time.settle()
      await trip(subject, time)
      await time.advance(900)
      for (const call of late) call.fail()
      await time.settle()
      await time.advance(surelyOverMs - 900)
      const next = subject.call()
      await time.settle()
      return { passes: next.fate() === 'running', saw: next.fate() === 'running' ? 'no' : 'longer' }
    },
  },
  {
    id: 'F9',
    demand: '50 late failures after the recovery do not open it again',
    async examine(contender, time) {
      using subject = contender.create(time, patient)
      const late = Array.from({ length: 50 }, () => subject.call())
      await time.settle()
      await trip(subject, time)
      await time.advance(surelyOverMs)
      for (let trial = 0; trial < 3; trial += 1) await oneCall(subject, time, 'succeed')
      if (subject.state() !== 'closed') return { passes: false, saw: `not closed: ${subject.state()}` }
      for (const call of late) call.fail()
      await time.settle()
      return opened(subject, '50 late failures')
    },
  },
  {
    id: 'F10',
    demand: 'any failed trial opens it again',
    async examine(contender, time) {
      using subject = contender.create(time)
      await trip(subject, time)
      await time.advance(surelyOverMs)
      await oneCall(subject, time, 'fail')
      const next = subject.call()
      await time.settle()
      return { passes: next.fate() === 'refused', saw: next.fate() === 'refused' ? 'opens' : next.fate() }
    },
  },
  {
    id: 'F11',
    demand: 'one good trial is not enough to close it',
    async examine(contender, time) {
      using subject = contender.create(time)
      await trip(subject, time)
      await time.advance(surelyOverMs)
      let good = 0
      while (subject.state() !== 'closed' && good < 10) {
        await oneCall(subject, time, 'succeed')
        good += 1
      }
      return { passes: good === 3, saw: `closes after ${good}` }
    },
  },
  {
    id: 'F12',
    demand: 'the open time grows, and replicas do not try in step',
    async examine(contender, time) {
      const replicas = Array.from({ length: 100 }, () => contender.create(time))
      using _all = disposeAll(replicas)
      const openTimes = replicas.map((): number[] => [])
      // Every 20 ms each open replica is asked; the call that it lets through fails.
      for (const subject of replicas) await trip(subject, time, 0)
      const openedAt = replicas.map(() => time.nowMs())
      for (let step = 0; step < 1000; step += 1) {
        await time.advance(20)
        const calls = replicas.map((subject) => subject.call())
        await time.settle()
        for (const [index, call] of calls.entries()) {
          if (call.fate() !== 'running') continue
          openTimes[index]!.push(time.nowMs() - openedAt[index]!)
          openedAt[index] = time.nowMs()
          call.fail()
        }
        await time.settle()
        if (openTimes.every((each) => each.length >= 4)) break
      }
      const rounds = [0, 1, 2, 3].map((round) => openTimes.map((each) => each[round] ?? Number.NaN))
      const means = rounds.map((each) => each.reduce((sum, ms) => sum + ms, 0) / each.length)
      const spread = (Math.max(...rounds[0]!) - Math.min(...rounds[0]!)) / (2 * means[0]!)
      const grows =
        means.every((mean, round) => round === 0 || mean > means[round - 1]!) && means[3]! > 4 * means[0]!
      return {
        passes: grows && spread >= 0.15,
        saw: `${grows ? 'grows' : 'constant'}, ${spread >= 0.15 ? 'spread' : 'in step'}`,
      }
    },
  },
  {
    id: 'F13',
    demand: 'callers who give up and 4xx answers say nothing about the callee',
    async examine(contender, time) {
      const wrong: string[] = []
      for (const how of ['abort', 'answer4xx'] as const) {
        using subject = contender.create(time)
        for (let count = 0; count < 50; count += 1) await oneCall(subject, time, how)
        if (subject.state() !== 'closed') wrong.push(how === 'abort' ? 'aborts open it' : '4xx open it')
      }
      using subject = contender.create(time)
      await trip(subject, time)
      await time.advance(surelyOverMs)
      for (let trial = 0; trial < 3; trial += 1) await oneCall(subject, time, 'abort')
      if (subject.state() === 'closed') wrong.push('aborted trials close it')
      else if ((await oneCall(subject, time, 'succeed')) === 'refused')
        wrong.push('aborted trials cost permits')
      return { passes: wrong.length === 0, saw: wrong.length === 0 ? 'no' : wrong.join(', ') }
    },
  },
  {
    id: 'F14',
    demand: 'a callee that hangs or answers too slowly opens it',
    async examine(contender, time) {
      const wrong: string[] = []
      using hung = contender.create(time)
      for (let count = 0; count < 200; count += 1) {
        hung.call()
        await time.advance(10)
      }
      if (hung.state() === 'closed') wrong.push('blind to hanging')
      using slow = contender.create(time)
      const calls = Array.from({ length: 30 }, () => slow.call())
      await time.advance(700)
      for (const call of calls) call.succeed()
      await time.settle()
      if (slow.transitions().length === 0) wrong.push('blind to slowness')
      return { passes: wrong.length === 0, saw: wrong.length === 0 ? 'opens' : wrong.join(', ') }
    },
  },
  {
    id: 'F15',
    demand: 'transitions have reasons, a refusal says when to come back, a hand can hold it open for a time',
    async examine(contender, time) {
      const missing: string[] = []
      using subject = contender.create(time)
      await trip(subject, time)
      const refusal = subject.call()
      await time.settle()
      const seen = subject.transitions()
      if (seen.at(-1)?.to !== 'open') missing.push('events')
      else if (seen.at(-1)?.reason === undefined) missing.push('reasons')
      if (refusal.retryAfterMs() === undefined) missing.push('retry-after')
      if (subject.forceOpen === undefined) missing.push('forcing for a time')
      else {
        subject.forceOpen(30_000)
        await time.advance(29_000)
        const held = subject.call()
        await time.advance(1500)
        const free = subject.call()
        await time.settle()
        if (held.fate() !== 'refused' || free.fate() !== 'running') missing.push('forcing for a time')
      }
      return {
        passes: missing.length === 0,
        saw: missing.length === 0 ? 'all' : `no ${missing.join(', no ')}`,
      }
    },
  },
]

/** Fails calls, a millisecond apart, until it opens; how many that took. */
export async function trip(subject: Subject, time: VirtualTime, apartMs = 1): Promise<number> {
  for (let count = 1; count <= 2000; count += 1) {
    await oneCall(subject, time, 'fail')
    if (subject.state() !== 'closed') return count
    if (apartMs > 0) await time.advance(apartMs)
  }
  throw new Error('2,000 failed calls did not open it')
}

async function fail(subject: Subject, time: VirtualTime, count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) {
    await oneCall(subject, time, 'fail')
    await time.advance(1)
  }
}

type Ending = 'succeed' | 'fail' | 'answer4xx' | 'abort'

async function oneCall(subject: Subject, time: VirtualTime, ending: Ending): Promise<'made' | 'refused'> {
  const call = subject.call()
  await time.settle()
  const isRefused = call.fate() === 'refused'
  call[ending]()
  await time.settle()
  return isRefused ? 'refused' : 'made'
}

function fates(calls: TrialCall[]): Record<'running' | 'refused' | 'waiting', number> {
  const count = (fate: string): number => calls.filter((call) => call.fate() === fate).length
  return { running: count('running'), refused: count('refused'), waiting: count('waiting') }
}

const opened = (subject: Subject, after: string): Finding =>
  subject.state() === 'closed' ? { passes: true, saw: 'no' } : { passes: false, saw: `opens: ${after}` }

const disposeAll = (subjects: Subject[]): Disposable => ({
  [Symbol.dispose]() {
    for (const subject of subjects) subject[Symbol.dispose]()
  },
})
