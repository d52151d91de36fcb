// Which methods each path has: who comes with another one is told so (405 with Allow, RFC 9110, 15.5.6), and not
// that there is no such path.

export interface KnownPaths {
  /** As a route declares it: `/orders/:id`. */
  add(method: string | string[], path: string): void
  /** `GET, POST` for a URL with such a path, whatever its query; undefined when no route has it. */
  methodsOf(url: string): string | undefined
}

export function createKnownPaths(): KnownPaths {
  const methodsByPath = new Map<string, Set<string>>()
  return {
    add(method, path) {
      const methods = methodsByPath.get(path) ?? new Set()
      methodsByPath.set(path, methods)
      for (const one of [method].flat()) methods.add(one)
    },
    methodsOf(url) {
      const [asked = ''] = url.split('?', 1)
      const found = [...methodsByPath]
        .filter(([path]) => isSame(path, asked))
        .flatMap(([, some]) => [...some])
      return found.length === 0 ? undefined : [...new Set(found)].join(', ')
    },
  }
}

function isSame(path: string, asked: string): boolean {
  const parts = asked.split('/')
  const declared = path.split('/')
  return (
    parts.length === declared.length && declared.every((part, at) => part.includes(':') || part === parts[at])
  )
}
