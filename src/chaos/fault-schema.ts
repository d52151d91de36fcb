// The parameters of a fault as a JSON Schema, for files that ask for faults: editors complete and check them.
// What a text must look like is checked by system/parameters.ts, which gives the better reason.

import Type, { type TSchema } from 'typebox'
import type { FaultDeclaration } from '../system/fault-declaration.ts'
import { commonParameters } from '../system/fault-declaration.ts'
import { describeParameter, type Parameter } from '../system/parameters.ts'

/** Every key that the fault takes beside its target and its time, as properties of an object schema. */
export function faultProperties(declaration: FaultDeclaration): Record<string, TSchema> {
  const { params, percentOf, directions, isRandom } = declaration
  return {
    ...Object.fromEntries(
      params.map((parameter) => {
        const schema = parameterSchema(parameter)
        return [parameter.name, parameter.default === undefined ? schema : Type.Optional(schema)]
      }),
    ),
    ...(percentOf && { percent: Type.Optional(parameterSchema(commonParameters.percent)) }),
    ...(directions && {
      direction: Type.Optional(
        Type.Enum([...directions], { description: 'what is broken: sent, answered, both' }),
      ),
    }),
    ...((percentOf ?? isRandom) && { seed: Type.Optional(parameterSchema(commonParameters.seed)) }),
  }
}

function parameterSchema(parameter: Parameter): TSchema {
  const { unit, min, max, choices = [], help } = parameter
  const usual = parameter.default === undefined ? {} : { default: parameter.default }
  const about = { description: `${help}: ${describeParameter(parameter)}`, ...usual }
  switch (unit) {
    case 'flag':
      return Type.Boolean(about)
    case 'text':
      return Type.String({ ...about, ...(max !== undefined && { maxLength: max }) })
    case 'choice':
      return Type.Enum([...choices], about)
    default: {
      const bounds = {
        ...(min !== undefined && { minimum: min }),
        ...(max !== undefined && { maximum: max }),
      }
      const number = unit === 'count' ? Type.Integer(bounds) : Type.Number(bounds)
      return unit === 'count'
        ? Type.Integer({ ...bounds, ...about })
        : Type.Union([number, Type.String()], about)
    }
  }
}
