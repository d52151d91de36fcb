// The rules by which chaostoolkit-lib takes or refuses an experiment (`ensure_experiment_is_valid`, read and run
// against 1.44.0), and the keys that its `run` writes into every journal. Each answer names what breaks a rule.

export type Json = Record<string, unknown>

export function refusedBecause(experiment: Json): string[] {
  const hypothesis = experiment['steady-state-hypothesis'] as Json | undefined
  const probes = (hypothesis?.['probes'] ?? []) as Json[]
  const activities = [...probes, ...list(experiment['method']), ...list(experiment['rollbacks'])]
  return [
    ...need(isText(experiment['title']), 'experiment requires a title'),
    ...need(isText(experiment['description']), 'experiment requires a description'),
    ...need(Array.isArray(experiment['method']), 'an experiment requires a method'),
    ...need(hypothesis === undefined || isText(hypothesis['title']), 'hypothesis requires a title'),
    ...probes.flatMap((probe) =>
      need(typeof probe['tolerance'] === 'number', 'the tolerance of a process is an exit code'),
    ),
    ...activities.flatMap(activityRefusedBecause),
    ...Object.values((experiment['configuration'] ?? {}) as Json).flatMap((value) =>
      need((value as Json)['type'] === undefined, 'a configuration with a type is looked up elsewhere'),
    ),
  ]
}

export function activityRefusedBecause(activity: Json): string[] {
  const provider = (activity['provider'] ?? {}) as Json
  const { timeout } = activity
  return [
    ...need(['probe', 'action'].includes(activity['type'] as string), 'an activity must have a type'),
    ...need(isText(activity['name']), 'an activity must have a name'),
    ...need(provider['type'] === 'process', 'a provider must have a type'),
    ...need(isText(provider['path']), 'a process activity must have a path'),
    ...need(list(provider['arguments']).every(isText), 'arguments are strings'),
    ...need(timeout === undefined || typeof timeout === 'number', 'activity timeout must be a number'),
  ]
}

/** What its reports read of each activity that was run. */
export function entryRefusedBecause(entry: Json): string[] {
  const missing = ['activity', 'output', 'status', 'start', 'end', 'duration'].filter(
    (key) => !(key in entry),
  )
  return [
    ...missing.map((key) => `no ${key}`),
    ...need(['succeeded', 'failed'].includes(entry['status'] as string), 'status'),
    ...need(isTime(entry['start']) && isTime(entry['end']), 'times'),
    ...need(typeof entry['duration'] === 'number' && entry['duration'] >= 0, 'duration'),
    ...activityRefusedBecause((entry['activity'] ?? {}) as Json),
  ]
}

export function journalRefusedBecause(journal: Json): string[] {
  const keys = [
    'chaoslib-version platform node experiment start end duration status deviated steady_states run rollbacks',
  ].flatMap((text) => text.split(' '))
  const states = journal['steady_states'] as { before: Json | null; after: Json | null; during: Json[] }
  const entries = [
    ...list(journal['run']),
    ...list(journal['rollbacks']),
    ...[states.before, states.after, ...states.during].flatMap((state) => list(state?.['probes'])),
  ]
  return [
    ...keys.filter((key) => !(key in journal)).map((key) => `no ${key}`),
    ...need(
      ['completed', 'failed', 'aborted', 'interrupted'].includes(journal['status'] as string),
      'status of the journal',
    ),
    ...need(isTime(journal['start']) && isTime(journal['end']), 'times of the journal'),
    ...refusedBecause(journal['experiment'] as Json),
    ...entries.flatMap(entryRefusedBecause),
  ]
}

const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : [])
const need = (isTrue: boolean, otherwise: string): string[] => (isTrue ? [] : [otherwise])
const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isTime = (value: unknown): boolean =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))
