// What this service offers: its routes as data. Replace the sample with your own.
//
// Who is to call it with types needs the same table: move it to platform/contracts/ then, as the platform's
// README says.

import { contract, ErrorBody } from '@system/platform/contract'
import { Type } from '@system/platform/schema'

export const helloContract = contract({
  hello: {
    method: 'GET',
    path: '/hello',
    summary: 'Greets whoever is named.',
    query: Type.Object({ name: Type.String({ minLength: 1, maxLength: 100, default: 'world' }) }),
    answers: { 200: Type.Object({ message: Type.String() }), 400: ErrorBody },
  },
})
