/**
 * From pixels to atoms: displacement factors of a small structure and the occupancy of one of its atoms, refined against the counts of a few
 * noisy stills, in which every reflection was seen once or not at all. The truth is known, as the stills are drawn here.
 */
import { cholesky, ImageModel, invertCholesky, levenbergMarquardt, ops, zeros, type NdArray, type Quantity, type Variable } from "../src/index.js";
import { operatorsOf, spaceGroupNamed } from "../src/io/space-groups.js";
import { detect } from "../src/simulate/detector-effects.js";
import { AmplitudeGrid } from "../src/structure/amplitude-grid.js";
import { AtomicModel, type Atom } from "../src/structure/atomic-model.js";

const group = spaceGroupNamed("P 21 21 21");
if (group === undefined) throw new Error("P 21 21 21 is no space group");
const cell = { a: 9.1, b: 10.3, c: 12.4, alpha: 90, beta: 90, gamma: 90 };
const atom = (label: string, element: string, position: readonly [number, number, number], bIso: number, occupancy = 1): Atom => {
  return { label, element, charge: 0, position, occupancy, bIso, uStar: undefined };
};
const truth: readonly Atom[] = [
  atom("C1", "C", [0.11, 0.23, 0.31], 3.1),
  atom("N2", "N", [0.42, 0.07, 0.18], 4.6),
  atom("S3", "S", [0.27, 0.38, 0.44], 2.4),
  atom("O4", "O", [0.36, 0.29, 0.05], 6.2, 0.6),
  atom("C5", "C", [0.19, 0.45, 0.22], 3.8),
];
const half = truth.findIndex(({ occupancy }) => occupancy < 1);
const missets = [[10, 20, 30], [48, -15, 71], [-33, 62, 5]];
const pixels = { fast: 64, slow: 64 };
const wavelengthA = 0.9;

const atoms = new AtomicModel({ cell, operators: operatorsOf(group), atoms: truth }, { wavelengthA });
const grid = new AmplitudeGrid(atoms, 0.95);
const order = atoms.atoms;
const place = order.findIndex(({ label }) => label === truth[half].label);

/** B of every atom in Å², the occupancy of one of them, and the logarithm of the stills' common scale. */
interface Parameters {
  readonly b: readonly number[];
  readonly occupancy: number;
  readonly logScale: number;
}

/** The shadow of a beam stop, which the direct beam would drown. */
const mask = zeros([pixels.slow, pixels.fast]);
for (let i = 0; i < mask.size; i++) mask.data[i] = Math.hypot((i % pixels.fast) - 32, Math.floor(i / pixels.fast) - 32) > 4 ? 1 : 0;

const models = missets.map(
  ([x, y, z]) =>
    new ImageModel<{ b: number[]; occupancy: number; logScale: number }>(
      (p) => {
        const occupancy = order.map((each, j): Quantity => (j === place ? p.occupancy : each.occupancy));
        const scale = typeof p.logScale === "number" ? Math.exp(p.logScale) : ops.exp(p.logScale);
        return {
          beam: { wavelengthA, fluence: ops.mul(scale, 6e28) },
          crystal: { lattice: cell, missetDeg: [x, y, z], cells: [4, 4, 4] },
          detector: { pixels, pixelSizeMm: 1.2, distanceMm: 32 },
          structureFactors: grid.structureFactors,
          amplitudes: grid.amplitudes({ displacement: p.b, occupancy }),
          background: [Math.log(0.5)],
        };
      },
      { oversample: 1, interpolation: "nearest", mask },
    ),
);
const exact: Parameters = { b: order.map(({ bIso }) => bIso), occupancy: truth[half].occupancy, logScale: 0 };
const listed = ({ b, occupancy, logScale }: Parameters): { b: number[]; occupancy: number; logScale: number } => ({ b: [...b], occupancy, logScale });
const stills: NdArray[] = models.map((model, i) => detect(model.simulate(listed(exact)).image, { seed: 11, shot: i }).counts);
console.log(`${stills.length} stills of ${pixels.fast} x ${pixels.slow} pixels, at most ${stills.map(({ data }) => Math.max(...data)).join(", ")} photons in one`);

/** Minus the logarithm of Poisson's likelihood, and its expected curvature. */
const loss = (photons: Variable, counts: Variable): Variable => ops.sub(photons, ops.mul(counts, ops.log(photons)));
const curvature = (photons: Variable): Variable => ops.div(1, photons);
const fromVector = (v: readonly number[]): Parameters => ({ b: v.slice(0, order.length), occupancy: v[order.length], logScale: v[order.length + 1] });
const sumOver = (v: readonly number[]) => models.map((model, i) => model.normalEquations(loss, curvature, listed(fromVector(v)), stills[i]));
const start = [...order.map(() => 5), 1, 0.3];
const result = await levenbergMarquardt(
  {
    normalEquations: (v) => {
      const all = sumOver(v);
      const add = (values: readonly (readonly number[])[]): number[] => values[0].map((_, i) => values.reduce((sum, each) => sum + each[i], 0));
      return {
        value: all.reduce((sum, each) => sum + each.loss, 0),
        gradient: add(all.map(({ gradient }) => gradient)),
        normal: all[0].normal.map((_, row) => add(all.map(({ normal }) => normal[row]))),
      };
    },
    value: (v) => sumOver(v).reduce((sum, each) => sum + each.loss, 0),
  },
  start,
  { maxSteps: 30, valueTolerance: 1e-10 },
  { lower: [...order.map(() => 0.2), 0.05, -3], upper: [...order.map(() => 30), 1.5, 3] },
);
const found = fromVector(result.parameters);
const factor = result.normal && cholesky(result.normal);
const variances = factor && invertCholesky(factor).map((line, i) => line[i]);
console.log(`ended by ${result.why} after ${result.steps} steps`);
const row = (name: string, from: number, to: number, right: number, i: number): void => {
  const esd = Math.sqrt(variances?.[i] ?? NaN);
  console.log(`${name.padEnd(14)} start ${from.toFixed(2)}  refined ${to.toFixed(3)} +- ${esd.toFixed(3)}  truth ${right.toFixed(3)}  off by ${((to - right) / esd).toFixed(1)} esd`);
};
order.forEach(({ label }, j) => row(`B of ${label}`, start[j], found.b[j], exact.b[j], j));
row(`occupancy ${order[place].label}`, start[order.length], found.occupancy, exact.occupancy, order.length);
row("scale", Math.exp(start[order.length + 1]), Math.exp(found.logScale), 1, order.length + 1);
