/**
 * A loop whose turn is too long for one function: engines refuse very long functions, and need more time for each instruction the
 * longer the function is. Its turn is made of parts, each a function of its own. What one part computes and a later one needs passes
 * through a few numbers of the heap, which each turn uses again.
 */
import { instructionsOf, type Level, type Op } from "./plan.js";

export interface Part extends Level {
  /** ops that earlier parts compute and this one needs */
  readonly received: readonly number[];
  /** ops that this part computes and later ones need */
  readonly passed: readonly number[];
}

/** Instructions of one part, about. */
const longestPart = 10_000;

/** A level's work in as few parts as are short enough. */
export function partsOf(ops: readonly Op[], level: Level): Part[] {
  const partOf = new Map<number, number>();
  let part = 0;
  let length = 0;
  for (const op of level.computed) {
    length += instructionsOf(ops[op]);
    if (length > longestPart) {
      part++;
      length = instructionsOf(ops[op]);
    }
    partOf.set(op, part);
  }
  // What needs nothing that is computed here, as a sum of numbers that are read, is spread over parts of its own.
  const partOfSink = new Map<number, number>();
  for (const sink of [...level.sums, ...level.scatters]) {
    const inputs = ops[sink].inputs.map((input) => partOf.get(input) ?? -1);
    const latest = inputs.reduce((a, b) => Math.max(a, b), -1);
    if (latest < 0) {
      length += instructionsOf(ops[sink]);
      if (length > longestPart) {
        part++;
        length = instructionsOf(ops[sink]);
      }
    }
    partOfSink.set(sink, latest < 0 ? part : latest);
  }
  if (part === 0) return [{ ...level, received: [], passed: [] }];

  const needed = Array.from({ length: part + 1 }, () => new Set<number>());
  for (const op of level.computed) for (const input of ops[op].inputs) needed[partOf.get(op) ?? 0].add(input);
  for (const [sink, at] of partOfSink) for (const input of ops[sink].inputs) needed[at].add(input);
  const passed = new Set<number>();
  needed.forEach((inputs, at) => {
    for (const input of inputs) if ((partOf.get(input) ?? at) !== at) passed.add(input);
  });
  const listed = <T>(list: readonly T[], at: (entry: T) => number): T[][] => {
    const lists = needed.map((): T[] => []);
    for (const entry of list) lists[at(entry)].push(entry);
    return lists;
  };
  const computed = listed(level.computed, (op) => partOf.get(op) ?? 0);
  const stored = listed(level.stored, (op) => partOf.get(op) ?? 0);
  const sums = listed(level.sums, (op) => partOfSink.get(op) ?? 0);
  const scatters = listed(level.scatters, (op) => partOfSink.get(op) ?? 0);
  const [scalars, vectors] = [new Set(level.scalars), new Set(level.vectors)];
  return needed.map((inputs, at) => ({
    scalars: [...inputs].filter((op) => scalars.has(op)),
    vectors: [...inputs].filter((op) => vectors.has(op)),
    received: [...inputs].filter((op) => (partOf.get(op) ?? at) !== at),
    computed: computed[at],
    passed: computed[at].filter((op) => passed.has(op)),
    stored: stored[at],
    sums: sums[at],
    scatters: scatters[at],
  }));
}
