// What the gateway offers to the outside: order's routes, for those who may.

import { contract, ErrorBody } from '@system/platform/contract'
import { orderContract } from '@system/platform/contracts/order'

const refusals = { 401: ErrorBody, 403: ErrorBody, 429: ErrorBody, 503: ErrorBody, 504: ErrorBody }

const { placeOrder, readOrder } = orderContract

export const gatewayContract = contract({
  placeOrder: { ...placeOrder, scope: 'orders:write', answers: { ...placeOrder.answers, ...refusals } },
  readOrder: { ...readOrder, scope: 'orders:read', answers: { ...readOrder.answers, ...refusals } },
})

export const everyScope = 'orders:read orders:write'
