/** Whether what widens spots, the orientation and the cell come back from stills whose truth is known. */
import {
  copy, parametersNamed, refinableExperiment, refine, simulate, addNoise, usablePixels, type Experiment, type ImageOptions, type Refinable, type Still, type UnitCell,
} from "../../src/index.js";
import { structureFactors } from "../refine-still.js";
import { table } from "../../bench/markdown.js";
import { randomNumbers } from "./random-numbers.js";

const pixels = 224;
/** Draws of a sampled still. */
const draws = 20000;
const options: ImageOptions = { spots: "closed", interpolation: "nearest" };

/** A still whose truth is known. */
interface Case {
  readonly truth: Experiment;
  /** where its refinement begins */
  readonly start: Experiment;
}

/** A crystal in any orientation, and a start that is off in everything by about as much as may be expected. */
function caseOf(uniform: () => number): Case {
  const between = (low: number, high: number): number => low + (high - low) * uniform();
  const either = (factor: number): number => (uniform() < 0.5 ? factor : 1 / factor);
  const cells = [between(10, 16), between(10, 16), between(10, 14)] as const;
  const missetDeg = [between(-90, 90), between(-60, 60), between(-90, 90)] as const;
  const widths = { eta: between(0.15, 0.35), bandwidth: between(0.3, 0.7), footprint: between(0.08, 0.14) };
  const edges = [between(34.5, 35), between(38.8, 39.4), between(47.8, 48.6)] as const;
  const experimentOf = (at: typeof widths, [a, b, c]: readonly number[], misset: readonly number[], [na, nb, nc]: readonly number[], fluence: number): Experiment => {
    const lattice: UnitCell = { a, b, c, alpha: 90, beta: 90, gamma: 90 };
    return refinableExperiment({
      beam: { wavelengthA: 1, fluence, bandwidthPercent: at.bandwidth },
      crystal: { lattice, missetDeg: [misset[0], misset[1], misset[2]], cells: [na, nb, nc], etaDeg: at.eta },
      detector: { pixels: { fast: pixels, slow: pixels }, pixelSizeMm: 0.15, distanceMm: 75, footprintMm: at.footprint },
      structureFactors,
      background: [0],
    });
  };
  const truth = experimentOf(widths, edges, missetDeg, cells, 2e26);
  const wrong = { eta: widths.eta * either(2), bandwidth: widths.bandwidth * either(2), footprint: widths.footprint * either(1.5) };
  const start = experimentOf(
    wrong, edges.map((edge) => edge * either(1.004)), missetDeg.map((angle) => angle + 0.3 * (2 * Math.round(uniform()) - 1)), cells.map((count) => count * either(1.4)), 3e26,
  );
  return { truth, start };
}

/** How refined parameters stand to the truth. */
interface Tally {
  count: number;
  one: number;
  two: number;
  three: number;
  squares: number;
  /** without a standard deviation */
  lost: number;
}

const shared: readonly Refinable[] = ["eta", "bandwidth", "footprint", "misset", "cell", "scale", "background"];
const kinds = [
  { name: "in closed form", domain: "N", isSampled: false },
  { name: `of ${draws} normal draws`, domain: "domain", isSampled: true },
] as const;

/** @param count of stills, half of them in closed form and half of them sampled */
export async function recovery(count = 20): Promise<string> {
  const uniform = randomNumbers(11);
  const tallies = kinds.map(() => new Map<string, Tally>());
  let [steps, seconds, worst] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const { domain, isSampled } = kinds[i % kinds.length];
    const { truth, start } = caseOf(uniform);
    // What is drawn are points; what is in closed form has the pixels' own size among its widths.
    const sampling: ImageOptions = isSampled ? { ...options, oversample: 1 } : options;
    const measured: Experiment = isSampled ? { ...truth, crystal: { ...truth.crystal, shape: "domain" }, draws: { count: draws, seed: -1 - i } } : truth;
    const { image } = simulate(measured, isSampled ? { oversample: 1, interpolation: "nearest" } : options);
    const counts = copy(addNoise(image, { seed: -100 - i, adcOffset: 0 }).counts, "float64");
    const { mask } = usablePixels(counts, { beamStop: { fast: pixels / 2, slow: pixels / 2, radius: 8 }, overload: Infinity });
    const still: Still = { experiment: start, options: { ...sampling, mask }, counts, overload: Infinity };
    const of = (experiment: Experiment) => parametersNamed([...shared, domain], experiment, { separateN: true, backgroundTerms: 1 });
    const truths = of(truth).map(({ name, start: value }) => (name === "scale" ? 2 / 3 : value));
    const result = await refine([still], of(start));
    [steps, seconds] = [steps + result.steps, seconds + result.seconds];
    result.parameters.forEach(({ name, value, esd }, k) => {
      const sigmas = Math.abs(value - truths[k]) / (esd ?? NaN);
      const tally = tallies[i % kinds.length].get(groupOf(name)) ?? { count: 0, one: 0, two: 0, three: 0, squares: 0, lost: 0 };
      tallies[i % kinds.length].set(groupOf(name), tally);
      tally.count++;
      if (esd === undefined) return void tally.lost++;
      if (sigmas <= 1) tally.one++;
      if (sigmas <= 2) tally.two++;
      if (sigmas <= 3) tally.three++;
      tally.squares += sigmas ** 2;
      worst = Math.max(worst, sigmas);
    });
    console.error(`still ${i + 1}: ${result.steps} steps, ${result.seconds.toFixed(1)} s, chi-square ${result.reducedChiSquare.toFixed(3)}; ${result.parameters.map(({ name, value, esd = NaN }, k) => `${name} ${((value - truths[k]) / esd).toFixed(2)}`).join(", ")}`);
  }
  const rows = kinds.flatMap(({ name }, k) => {
    const groups = [...tallies[k]];
    const sum = (pick: keyof Tally): number => groups.reduce((total, [, tally]) => total + tally[pick], 0);
    const all: Tally = { count: sum("count"), one: sum("one"), two: sum("two"), three: sum("three"), squares: sum("squares"), lost: sum("lost") };
    return [...groups, [`all, ${name}`, all] as const].map(([group, { count: number, one, two, three, squares, lost }]) => {
      const percent = (part: number): string => `${((100 * part) / number).toFixed(1)} %`;
      return [group, String(number), percent(one), percent(two), percent(three), Math.sqrt(squares / (number - lost)).toFixed(2), String(lost)];
    });
  });
  return `## Spots in closed form: ${count} stills of known truth

Half of the stills are simulated in closed form, and half are sums over ${draws} normal draws of domains, wavelengths and places; ${pixels} x ${pixels} pixels,
Poisson noise, a crystal of Cro repressor in any orientation. The starts are off by a factor of 2 in eta and bandwidth, 1.5 in footprint and
brightness and 1.4 in the numbers of cells along each axis, each up or down at random, by 0.3 degrees about each axis and by 0.4 % in each edge.
All is refined together; the domain is three numbers of cells of the stills in closed form, and a tensor of six components of the others.

${table(["", "numbers", "within 1 esd", "within 2 esds", "within 3 esds", "rms in esds", "without esd"], rows)}
The largest deviation is ${worst.toFixed(2)} esds. ${(steps / count).toFixed(1)} steps a still on average.
`;
}

/** Numbers of the same kind are counted together. */
function groupOf(name: string): string {
  if (/^N[abc]$/.test(name)) return "N";
  if (/^[abc]$/.test(name)) return "cell";
  return name.replace(/_.*/, "");
}
