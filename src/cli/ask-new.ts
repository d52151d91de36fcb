// The prompts of `msvc new`. Each has a flag that says the same; the caller has made sure that there
// is somebody to ask.

import { whyBad } from '../system/names.ts'

export interface Choice {
  name: string
  about: string
}

// Loaded when something is asked: the prompts cost more start-up than the rest of the command.
const prompts = () => import('@inquirer/prompts')

export async function askName(question: string, taken: readonly string[] = []): Promise<string> {
  const { input } = await prompts()
  return input({
    message: question,
    required: true,
    validate: (name) => whyBad(name) ?? (taken.includes(name) ? 'there is one of that name already' : true),
  })
}

export async function askOne(question: string, choices: readonly Choice[]): Promise<string> {
  const { select } = await prompts()
  return select({
    message: question,
    choices: choices.map(({ name, about }) => ({ value: name, name, description: about })),
  })
}

export async function askSome(
  question: string,
  names: readonly string[],
  chosen: readonly string[],
): Promise<string[]> {
  const { checkbox } = await prompts()
  return checkbox({
    message: question,
    choices: names.map((name) => ({ value: name, checked: chosen.includes(name) })),
  })
}
