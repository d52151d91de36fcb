// Modules that run in a process or a thread of their own are named by their file.

/**
 * The file of another module in the same folder: `.ts` from the source, `.js` from the build.
 * @param here `import.meta.url` of who asks
 */
export const moduleBeside = (here: string, name: string): URL =>
  new URL(`./${name}.${here.endsWith('.ts') ? 'ts' : 'js'}`, here)
