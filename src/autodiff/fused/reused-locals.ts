/** A loop: the first of the uses in it, and the one behind its last. */
export interface LoopRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Gives variables that are never needed at the same time one place: engines allow 50,000 variables in a function, and need far longer
 * to compile many than few. A variable is needed from its first use to its last; one that a loop uses and that was set before the loop
 * is needed until the loop's end.
 * @param types of the variables
 * @param parameters the first so many variables, which keep their places
 * @param uses the variables that instructions name, in the order of the instructions
 * @returns the place of each variable, and the types of the places behind the parameters
 */
export function reuseLocals<T>(
  types: readonly T[],
  parameters: number,
  uses: readonly number[],
  loops: readonly LoopRange[],
): { readonly placeOf: Int32Array; readonly places: readonly T[] } {
  const count = types.length;
  const first = new Int32Array(count).fill(-1);
  const last = new Int32Array(count).fill(-1);
  for (let use = 0; use < uses.length; use++) {
    const local = uses[use];
    if (first[local] < 0) first[local] = use;
    last[local] = use;
  }
  for (const { start, end } of loops) {
    for (let use = start; use < end; use++) {
      const local = uses[use];
      if (first[local] < start && last[local] < end - 1) last[local] = end - 1;
    }
  }
  // By use, the first of the variables that are needed up to it; by variable, the next one of them.
  const ended = new Int32Array(uses.length).fill(-1);
  const next = new Int32Array(count).fill(-1);
  for (let local = parameters; local < count; local++) {
    if (last[local] < 0) continue;
    next[local] = ended[last[local]];
    ended[last[local]] = local;
  }

  const placeOf = Int32Array.from(types, (_, local) => local);
  const places: T[] = [];
  const free = new Map<T, number[]>();
  for (let use = 0; use < uses.length; use++) {
    const local = uses[use];
    if (local >= parameters && first[local] === use) placeOf[local] = free.get(types[local])?.pop() ?? parameters + places.push(types[local]) - 1;
    for (let old = ended[use]; old >= 0; old = next[old]) {
      const type = types[old];
      const stack = free.get(type);
      if (stack === undefined) free.set(type, [placeOf[old]]);
      else stack.push(placeOf[old]);
    }
  }
  return { placeOf, places };
}
