import { describe, InputError } from "./errors.js";

/** The names of a record's fields. The compiler wants every one of them, so that a field that is added is named here, too. */
export type NamesOf<T> = { readonly [K in keyof Required<T>]: true };

/**
 * Refuses fields that a record does not have. The compiler does that in TypeScript; in JavaScript a misspelt field would be passed over.
 * @param what the record, as messages name it
 * @throws InputError that gives the name and those that there are
 */
export function checkNames<T extends object>(what: string, given: T, names: NamesOf<T>): void {
  checkRecord(what, given);
  refuseOthers(what, "field", given, names);
}

/**
 * The same for options.
 * @param whose what takes the options, a function or a class
 */
export function checkOptions<T extends object>(whose: string, given: T, names: NamesOf<T>): void {
  checkRecord(`what ${whose} takes as options`, given);
  refuseOthers(whose, "option", given, names);
}

function refuseOthers(what: string, kind: string, given: object, names: object): void {
  const known = Object.keys(names);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || known.includes(name)) continue;
    throw new InputError(`${what} has no ${kind} ${name}; ${known.length === 1 ? `its only ${kind} is` : `its ${kind}s are`} ${known.join(", ")}`);
  }
}

/**
 * Refuses what is no record.
 * @throws InputError when it is missing, a number, a list or a string
 */
export function checkRecord(what: string, given: unknown): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw new InputError(`${what} is ${describe(given)}; it must be a plain object`);
}

/**
 * Refuses a word that is none of those that an option can be.
 * @throws InputError that names the option
 */
export function checkChoice(name: string, word: string | undefined, choices: readonly string[]): void {
  if (word !== undefined && !choices.includes(word)) throw new InputError(`${name} is ${JSON.stringify(word)}; it can be ${choices.join(" or ")}`);
}
