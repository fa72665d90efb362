/** The instructions of a function that name local variables, in order. */
export interface LocalUse {
  /** where the instruction stands among the function's bytes */
  readonly at: number;
  readonly local: number;
}

/** A loop, from its first byte to the one behind its last. */
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
 * @returns the place of each variable, and the types of the places behind the parameters
 */
export function reuseLocals<T>(
  types: readonly T[],
  parameters: number,
  uses: readonly LocalUse[],
  loops: readonly LoopRange[],
): { readonly placeOf: readonly number[]; readonly places: readonly T[] } {
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  uses.forEach(({ local, at }) => {
    if (!first.has(local)) first.set(local, at);
    last.set(local, at);
  });
  for (const { start, end } of loops) {
    for (let i = firstFrom(uses, start); i < uses.length && uses[i].at < end; i++) {
      const { local } = uses[i];
      if ((first.get(local) ?? 0) < start) last.set(local, Math.max(end, last.get(local) ?? 0));
    }
  }

  const placeOf = types.map((_, local) => local);
  const places: T[] = [];
  const free = new Map<T, number[]>();
  const endings = [...last].filter(([local]) => local >= parameters).sort(([, a], [, b]) => a - b);
  let ended = 0;
  for (const { local, at } of uses) {
    if (local < parameters || first.get(local) !== at) continue;
    for (; ended < endings.length && endings[ended][1] < at; ended++) {
      const [old] = endings[ended];
      const stack = free.get(types[old]) ?? [];
      free.set(types[old], stack);
      stack.push(placeOf[old]);
    }
    placeOf[local] = free.get(types[local])?.pop() ?? parameters + places.push(types[local]) - 1;
  }
  return { placeOf, places };
}

/** The first use at or behind a byte. */
function firstFrom(uses: readonly LocalUse[], byte: number): number {
  let [low, high] = [0, uses.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (uses[middle].at < byte) low = middle + 1;
    else high = middle;
  }
  return low;
}
