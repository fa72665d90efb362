/** Numbers between 0 and 1 that are the same in every run. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/** A direction in space, all alike. */
export function randomDirection(uniform: () => number): [number, number, number] {
  const z = 2 * uniform() - 1;
  const azimuth = 2 * Math.PI * uniform();
  const radius = Math.sqrt(1 - z * z);
  return [radius * Math.cos(azimuth), radius * Math.sin(azimuth), z];
}
