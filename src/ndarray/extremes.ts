import type { Data } from "./dtype.js";

/** The least and the largest of some numbers; Infinity and -Infinity where there is none. */
export function extremes(values: Data): readonly [least: number, largest: number] {
  let [least, largest] = [Infinity, -Infinity];
  // By index: an iterator is slow in a loop that runs once, before it is compiled.
  for (let i = 0; i < values.length; i++) {
    if (values[i] < least) least = values[i];
    if (values[i] > largest) largest = values[i];
  }
  return [least, largest];
}
