import type { IntegratedReflection } from "./integration.js";

/** How far the model's partialities are right, of reflections of a range of them. */
export interface PartialityError {
  readonly leastPartiality: number;
  readonly reflections: number;
  /** standard deviation of a full intensity by the partiality alone, relative to the intensity */
  readonly relative: number;
}

/** Lower ends of the ranges of partiality. */
const rangeEnds = [0.8, 0.5, 0.3, 0.15, 0.05, 0] as const;
/** Reflections of a shell of resolution, whose mean intensity is taken, and of a range, at least. */
const perShell = 200;
const fewest = 50;
/** From this partiality on reflections say how bright a shell is. */
const leastOfMean = 0.1;

type Observed = Pick<IntegratedReflection, "photons" | "photonsSigma" | "perSquare" | "box">;

/**
 * The errors of partialities, from how the intensities are distributed: acentric ones are exponentially distributed, with a mean square that
 * is twice the square of the mean. What photons scatter more than that, beside their noise, and what they are brighter or darker than those
 * of other partialities, the model's partialities do. With z, photons in units of those expected of the shell's mean, the relative error's
 * square is <z^2> / 2 - 2 <z> + 1.
 * @returns ranges of falling partiality, whose errors do not fall; none where there are too few reflections
 * @see Wilson, Acta Cryst. 2, 318 (1949)
 */
export function partialityErrors(reflections: readonly Observed[]): PartialityError[] {
  const usable = reflections.filter(({ photonsSigma, perSquare }) => photonsSigma < Infinity && perSquare > 0);
  const ordered = [...usable].sort((one, other) => other.box.reflection.resolution - one.box.reflection.resolution);
  const shells = Math.max(1, Math.round(ordered.length / perShell));
  const expected = new Map<Observed, number>();
  for (let shell = 0; shell < shells; shell++) {
    const members = ordered.slice(Math.floor((shell * ordered.length) / shells), Math.floor(((shell + 1) * ordered.length) / shells));
    const full = members.filter(({ box }) => box.reflection.partiality >= leastOfMean);
    const mean = full.reduce((sum, { photons }) => sum + photons, 0) / full.reduce((sum, { perSquare }) => sum + perSquare, 0);
    if (mean > 0) for (const member of members) expected.set(member, mean * member.perSquare);
  }
  const found: PartialityError[] = [];
  let waiting: Observed[] = [];
  for (const [i, leastPartiality] of rangeEnds.entries()) {
    const above = i === 0 ? Infinity : rangeEnds[i - 1];
    waiting.push(...[...expected.keys()].filter(({ box: { reflection: { partiality } } }) => partiality >= leastPartiality && partiality < above));
    if (waiting.length < fewest) continue;
    const relative = Math.max(found.at(-1)?.relative ?? 0, relativeError(waiting, expected));
    found.push({ leastPartiality, reflections: waiting.length, relative });
    waiting = [];
  }
  return found;
}

/** What the partiality adds to the relative error of a full intensity; of partialities below all ranges, as of the last one. */
export function relativeErrorAt(partiality: number, errors: readonly PartialityError[]): number {
  return (errors.find(({ leastPartiality }) => partiality >= leastPartiality) ?? errors.at(-1))?.relative ?? 0;
}

function relativeError(reflections: readonly Observed[], expected: ReadonlyMap<Observed, number>): number {
  let [weights, firsts, squareWeights, seconds] = [0, 0, 0, 0];
  for (const reflection of reflections) {
    const { photons, photonsSigma } = reflection;
    const mean = expected.get(reflection) ?? 0;
    // Of photons in units of those expected: the inverse of their variance.
    const weight = mean ** 2 / (mean ** 2 + photonsSigma ** 2);
    weights += weight;
    firsts += (weight * photons) / mean;
    squareWeights += weight ** 2;
    seconds += (weight ** 2 * (photons ** 2 - photonsSigma ** 2)) / mean ** 2;
  }
  return Math.sqrt(Math.max(0, seconds / squareWeights / 2 - (2 * firsts) / weights + 1));
}
