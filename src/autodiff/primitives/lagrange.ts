/** A cubic in t: coefficients of 1, t, t², t³. */
type Cubic = readonly [number, number, number, number];
/** Of the nodes -1, 0, 1, 2. */
export type Cubics = readonly [Cubic, Cubic, Cubic, Cubic];

const lagrange: Cubics = [
  [0, -1 / 3, 1 / 2, -1 / 6],
  [1, -1 / 2, -1, 1 / 2],
  [0, 1, 1 / 2, -1 / 2],
  [0, -1 / 6, 0, 1 / 6],
];

/**
 * What the nodes -1, 0, 1, 2 count in the cubic through them.
 * @param order 0 for its value, 1 for its slope, and so on
 */
export function lagrangeCubics(order: number): Cubics {
  let cubics = lagrange;
  for (let i = 0; i < order; i++) cubics = [slope(cubics[0]), slope(cubics[1]), slope(cubics[2]), slope(cubics[3])];
  return cubics;
}

function slope([, c1, c2, c3]: Cubic): Cubic {
  return [c1, 2 * c2, 3 * c3, 0];
}

/** @param weights receives the four cubics at t */
export function weigh(cubics: Cubics, t: number, weights: number[]): void {
  for (let node = 0; node < 4; node++) {
    const cubic = cubics[node];
    weights[node] = ((cubic[3] * t + cubic[2]) * t + cubic[1]) * t + cubic[0];
  }
}
