// What the API refuses, with the status and the words of Toxiproxy.

export interface Refusal extends Error {
  status: number
}

const refusal = (status: number, message: string): Refusal => Object.assign(new Error(message), { status })

export const isRefusal = (error: unknown): error is Refusal => error instanceof Error && 'status' in error

export const refusals = {
  badBody: (reason: string) => refusal(400, `bad request body: ${reason}`),
  missingField: (what: string) => refusal(400, `missing required field: ${what}`),
  invalidStream: () => refusal(400, 'stream was invalid, can be either upstream or downstream'),
  invalidType: () => refusal(400, 'invalid toxic type'),
  proxyNotFound: () => refusal(404, 'proxy not found'),
  toxicNotFound: () => refusal(404, 'toxic not found'),
  proxyExists: () => refusal(409, 'proxy already exists'),
  toxicExists: () => refusal(409, 'toxic already exists'),
  cannotListen: (message: string) => refusal(500, message),

  // Ours; Toxiproxy allows all of these.
  remote: (address: string) =>
    refusal(400, `${address} is not on this machine; start the proxy with --allow-remote`),
  hostileName: () =>
    refusal(
      400,
      'bad request body: name has characters that no URL can carry, or too many: up to 255, no slash, no control character',
    ),
  ofTheAgent: (name: string) =>
    refusal(403, `toxic ${name} is a fault of a running fleet; end it with msvc chaos heal`),
  ofTheFleet: (name: string) =>
    refusal(403, `proxy ${name} belongs to a running fleet; break it with toxics, or use msvc chaos`),
}
