// npm run soak -- NAME: trials that take too long for the gate; without a name, lists them.

const soaks: Record<string, () => Promise<() => Promise<boolean>>> = {
  honesty: async () => (await import('./soak-honesty.ts')).soakHonesty,
  kills: async () => (await import('./soak-services.ts')).soakKills,
  residue: async () => (await import('./soak-residue.ts')).soakResidue,
  restarts: async () => (await import('./soak-services.ts')).soakRestarts,
  mutants: async () => (await import('./soak-services.ts')).soakMutants,
}

const name = process.argv[2] ?? ''
const load = soaks[name]
if (load === undefined) {
  console.log(`npm run soak -- ${Object.keys(soaks).join(' | ')}`)
  process.exitCode = name === '' ? 0 : 2
} else {
  const soak = await load()
  if (!(await soak())) process.exitCode = 1
}
