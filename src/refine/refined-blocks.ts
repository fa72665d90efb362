import type { Refinement } from "./refine.js";

/** A number and its standard deviation, null where the data do not determine it. */
export interface WithEsd {
  readonly value: number;
  readonly esd: number | null;
}

/** A block of a refined crystal. */
export interface RefinedBlock {
  /** turns in degrees about X, then Y, then Z, against the first block, which stands as the misset says and has no standard deviation here */
  readonly rotationDeg: readonly [x: WithEsd, y: WithEsd, z: WithEsd];
  /** the part of all that scatters which it has */
  readonly part: WithEsd;
}

const axes = ["x", "y", "z"] as const;

/** The blocks among refined parameters; none where no block but the first was refined. */
export function refinedBlocks({ parameters, correlations }: Pick<Refinement, "parameters" | "correlations">): RefinedBlock[] {
  const places = new Map(parameters.map(({ name }, i) => [name, i]));
  const numbers: number[] = [1];
  while (places.has(`block_${numbers.length + 1}_x`) || places.has(`block_${numbers.length + 1}_weight`)) numbers.push(numbers.length + 1);
  if (numbers.length < 2) return [];
  const found = (name: string, otherwise: number): WithEsd & { readonly place: number | undefined } => {
    const place = places.get(name);
    return place === undefined ? { value: otherwise, esd: 0, place } : { value: parameters[place].value, esd: parameters[place].esd ?? null, place };
  };
  const weights = numbers.map((number) => (number === 1 ? { value: 1, esd: 0, place: undefined } : found(`block_${number}_weight`, 1)));
  const total = weights.reduce((sum, { value }) => sum + value, 0);
  return numbers.map((number, k) => {
    const turn = (axis: (typeof axes)[number]): WithEsd => {
      const { value, esd } = number === 1 ? { value: 0, esd: 0 } : found(`block_${number}_${axis}`, 0);
      return { value, esd };
    };
    const part = weights[k].value / total;
    // The slope of a part by another block's weight.
    const slopes = weights.map((_, j) => ((j === k ? 1 : 0) - part) / total);
    let variance: number | null = 0;
    for (const [i, one] of weights.entries()) for (const [j, other] of weights.entries()) {
      if (one.esd === null || other.esd === null) variance = null;
      else if (variance !== null && one.place !== undefined && other.place !== undefined) {
        variance += slopes[i] * slopes[j] * one.esd * other.esd * correlations[one.place][other.place];
      }
    }
    return { rotationDeg: [turn("x"), turn("y"), turn("z")], part: { value: part, esd: variance === null ? null : Math.sqrt(Math.max(variance, 0)) } };
  });
}
