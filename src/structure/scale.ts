import { add, exp, mul, sqrt } from "../autodiff/primitives/elementwise.js";
import { reshape } from "../autodiff/primitives/reshape.js";
import { slice } from "../autodiff/primitives/slice.js";
import type { Operand, Variable } from "../autodiff/tape.js";
import { evaluate, jvp } from "../autodiff/differentiate.js";
import { InputError } from "../ndarray/errors.js";
import { checkOptions } from "../ndarray/fields.js";
import { array, copy, zeros, type NdArray } from "../ndarray/ndarray.js";
import type { UnitCell } from "../models/crystal.js";
import { levenbergMarquardt } from "../optim/levenberg-marquardt.js";
import { debyeWaller } from "../physics/form-factors.js";
import type { ComplexF } from "./atomic-model.js";
import { reciprocalMetric, stolSquared } from "./reflections.js";
import type { Symmetry } from "./symmetry.js";

/** What stands between calculated structure factors and measured amplitudes. */
export interface Scale<Q = number> {
  /** amplitudes of the measurement for one electron */
  readonly overall: Q;
  /** U* of a displacement that all atoms and the solvent share (11, 22, 33, 12, 13, 23) */
  readonly uStar: readonly Q[];
  /** density of the solvent, electrons per Å³ */
  readonly solventDensity: Q;
  /** B in Å² by which the solvent's edge is blurred */
  readonly solventB: Q;
}

/** What an average protein crystal's solvent is: for a structure without measured amplitudes. Source: A. Fokine & A. Urzhumtsev, Acta Cryst. D58, 1387 (2002). */
export const usualSolvent = { density: 0.35, b: 46 };

/** The scale that leaves calculated amplitudes as they are, without a solvent. */
export const unitScale: Scale = { overall: 1, uStar: [0, 0, 0, 0, 0, 0], solventDensity: 0, solventB: 0 };

/** Structure factors, of the atoms and of a solvent of one electron in a cubic Å, for a list of reflections. */
export interface Parts<T> {
  /** edges in angstrom, angles in degrees */
  readonly cell: UnitCell;
  /** int32, shape [n, 3] */
  readonly hkl: NdArray;
  /** structure factors of the atoms, in electrons */
  readonly atoms: ComplexF<T>;
  /** undefined where there is none */
  readonly solvent: ComplexF<NdArray> | undefined;
}

/** -2π² h·U h of each tensor component, shape [6, n]. */
function displacementRows(hkl: NdArray): NdArray {
  const count = hkl.shape[0];
  const rows = zeros([6, count]);
  for (let i = 0; i < count; i++) {
    const [h, k, l] = [hkl.get(i, 0), hkl.get(i, 1), hkl.get(i, 2)];
    [h * h, k * k, l * l, 2 * h * k, 2 * h * l, 2 * k * l].forEach((product, at) => (rows.data[at * count + i] = -2 * Math.PI ** 2 * product));
  }
  return rows;
}

/**
 * Records amplitudes: the overall scale and displacement times the modulus of atoms and solvent together.
 * @param scale numbers, or recorded values of shape []
 * @returns shape [n]
 */
export function recordAmplitudes({ cell, hkl, atoms: { real, imaginary }, solvent }: Parts<Variable>, scale: Scale<Operand>): Variable {
  const { tape, dtype } = real;
  const literal = (values: NdArray): Variable => tape.literal(copy(values, dtype));
  let [a, b] = [real, imaginary];
  if (solvent !== undefined && scale.solventDensity !== 0) {
    const solventB = asQuantity(scale.solventB);
    const blur = mul(asQuantity(scale.solventDensity), debyeWaller(solventB, literal(stolSquared(cell, hkl))));
    a = add(a, mul(blur, literal(solvent.real)));
    b = add(b, mul(blur, literal(solvent.imaginary)));
  }
  const modulus = sqrt(add(mul(a, a), mul(b, b)));
  const rows = displacementRows(hkl);
  const count = hkl.shape[0];
  const exponents = scale.uStar.flatMap((u, i) => (u === 0 ? [] : [mul(literal(rowOf(rows, i, count)), u)]));
  const scaled = mul(modulus, scale.overall);
  return exponents.length === 0 ? scaled : mul(scaled, exp(exponents.reduce((sum, each) => add(sum, each))));
}

function asQuantity(operand: Operand): number | Variable {
  if (typeof operand === "number" || "tape" in operand) return operand;
  throw new InputError("a scale is of numbers or recorded values, not of arrays");
}

function rowOf(matrix: NdArray, row: number, count: number): NdArray {
  const values = zeros([count]);
  for (let i = 0; i < count; i++) values.data[i] = matrix.data[row * count + i];
  return values;
}

/** Amplitudes of numbers, shape [n]. */
export function amplitudesOf(parts: Parts<NdArray>, scale: Scale): NdArray {
  return evaluate((f: ComplexF) => recordAmplitudes({ ...parts, atoms: f }, scale))({ ...parts.atoms });
}

/** Tensors that a space group leaves as they are, one after the other: a basis of all displacements that the crystal can have. */
export function allowedTensors(symmetry: Symmetry): number[][] {
  const pairs = [[0, 0], [1, 1], [2, 2], [0, 1], [0, 2], [1, 2]];
  const basis: number[][] = [];
  pairs.forEach((_, unit) => {
    const sum = [0, 0, 0, 0, 0, 0];
    for (const { rotation: r } of symmetry.primitive) {
      pairs.forEach(([i, j], at) => {
        const [p, q] = pairs[unit];
        const once = r[3 * i + p] * r[3 * j + q];
        sum[at] += p === q ? once : once + r[3 * i + q] * r[3 * j + p];
      });
    }
    for (const other of basis) {
      const along = sum.reduce((total, x, at) => total + x * other[at], 0);
      other.forEach((x, at) => (sum[at] -= along * x));
    }
    const length = Math.hypot(...sum);
    if (length > 1e-6) basis.push(sum.map((x) => x / length));
  });
  return basis;
}

/** What of the scale is not fitted. */
export interface FitOptions {
  /** fit no solvent, but take this density and B */
  readonly solvent?: { readonly density: number; readonly b: number };
}

/** A fitted scale, and how far from the measured amplitudes it leaves the calculated ones. */
export interface FittedScale {
  /** that makes the calculated amplitudes like the measured ones */
  readonly scale: Scale;
  /** of all reflections together */
  readonly rFactor: number;
}

const startDensities = [0, 0.2, 0.35, 0.5];
const startBs = [20, 50, 100];
const largestDensity = 1.5;
const largestB = 300;

/**
 * Fits scale, common displacement and solvent to measured amplitudes, by least squares: the solvent at last to the reflections beyond 4 Å
 * alone, where it scatters, in turn with the others to all.
 * @param measured shape [n]; reflections of no number are left out
 * @throws InputError when fewer reflections are measured than there are parameters
 */
export async function fitScale(parts: Parts<NdArray>, symmetry: Symmetry, measured: NdArray, options: FitOptions = {}): Promise<FittedScale> {
  checkOptions("fitScale", options, { solvent: true });
  const { solvent } = options;
  const usable = [...measured.data.keys()].filter((i) => Number.isFinite(measured.data[i]));
  const tensors = allowedTensors(symmetry);
  const hasSolvent = parts.solvent !== undefined && solvent === undefined;
  const count = 1 + tensors.length + (hasSolvent ? 2 : 0);
  if (usable.length < count) throw new InputError(`${usable.length} measured amplitudes cannot determine ${count} parameters of a scale`);
  const all = { parts: someOf(parts, usable), wanted: array(usable.map((i) => measured.data[i])) };
  const sizes = tensors.map((tensor) => unitOf(parts.cell, tensor));
  /** of the scale, B of each tensor in Å², the density and B of the solvent in 0.1 electrons and 10 Å², so that all are of one order */
  const scaleOf = (p: readonly number[]): Scale => ({
    overall: p[0],
    uStar: [0, 1, 2, 3, 4, 5].map((at) => tensors.reduce((sum, tensor, i) => sum + p[1 + i] * sizes[i] * tensor[at], 0)),
    solventDensity: hasSolvent ? p[count - 2] / 10 : (solvent?.density ?? 0),
    solventB: hasSolvent ? p[count - 1] * 10 : (solvent?.b ?? 0),
  });
  const recorded = (some: Parts<NdArray>) => (p: Variable): Variable => {
    const { tape } = p;
    const at = (i: number): Variable => reshape(slice(p, i), []);
    return recordAmplitudes(
      { ...some, atoms: { real: tape.literal(some.atoms.real), imaginary: tape.literal(some.atoms.imaginary) } },
      {
        overall: at(0),
        uStar: [0, 1, 2, 3, 4, 5].map((component) =>
          tensors.map((tensor, i) => mul(at(1 + i), sizes[i] * tensor[component])).reduce((sum, each) => add(sum, each)),
        ),
        solventDensity: hasSolvent ? mul(at(count - 2), 0.1) : (solvent?.density ?? 0),
        solventB: hasSolvent ? mul(at(count - 1), 10) : (solvent?.b ?? 0),
      },
    );
  };
  const lower = [0, ...tensors.map(() => -Infinity), ...(hasSolvent ? [0, 0] : [])];
  const upper = [Infinity, ...tensors.map(() => Infinity), ...(hasSolvent ? [10 * largestDensity, largestB / 10] : [])];
  /** Fits some of the parameters to some of the amplitudes. */
  const fitting = (some: Parts<NdArray>, wanted: NdArray) => {
    const model = recorded(some);
    const calculate = evaluate(model);
    const push = jvp(model);
    const residual = (f: NdArray): number[] => Array.from(f.data, (value, i) => value - wanted.data[i]);
    const squares = (r: readonly number[]): number => 0.5 * r.reduce((sum, x) => sum + x * x, 0);
    return async (p: readonly number[], free: readonly number[]): Promise<readonly number[]> => {
      const whole = (values: readonly number[]): number[] => p.map((held, i) => (free.includes(i) ? values[free.indexOf(i)] : held));
      const value = (values: readonly number[]): number => squares(residual(calculate(array(whole(values)))));
      const normalEquations = (values: readonly number[]) => {
        const at = array(whole(values));
        const columns = free.map((i) => push(at, array(p.map((_, j) => Number(i === j)))));
        const r = residual(columns[0].value);
        const dotted = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
          let sum = 0;
          for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
          return sum;
        };
        const slopes = columns.map(({ tangent }) => tangent.data);
        return { value: squares(r), gradient: slopes.map((slope) => dotted(slope, r)), normal: slopes.map((a) => slopes.map((b) => dotted(a, b))) };
      };
      const bounds = { lower: free.map((i) => lower[i]), upper: free.map((i) => upper[i]) };
      const { parameters } = await levenbergMarquardt({ normalEquations, value }, free.map((i) => p[i]), { maxSteps: 50, valueTolerance: 1e-8 }, bounds);
      return whole(parameters);
    };
  };
  const starts = hasSolvent ? startDensities.flatMap((k) => (k === 0 ? [[k, 5]] : startBs.map((b) => [10 * k, b / 10]))) : [[]];
  const calculate = evaluate(recorded(all.parts));
  const begun = starts.map((ends) => {
    const p = [1, ...tensors.map(() => 0), ...ends];
    const model = calculate(array(p)).data;
    let [both, own, square] = [0, 0, 0];
    for (let i = 0; i < model.length; i++) {
      both += model[i] * all.wanted.data[i];
      own += model[i] ** 2;
      square += all.wanted.data[i] ** 2;
    }
    p[0] = both / own;
    return { p, cost: square - both ** 2 / own };
  });
  const [best] = begun.sort((a, b) => a.cost - b.cost);
  const fitAll = fitting(all.parts, all.wanted);
  let parameters = await fitAll(best.p, [...best.p.keys()]);
  const rows = solventRows(all.parts);
  if (hasSolvent && rows.length < usable.length) {
    const fitSolvent = fitting(someOf(all.parts, rows), array(rows.map((i) => all.wanted.get(i))));
    const [ofAtoms, ofSolvent] = [[...lower.keys()].slice(0, -2), [count - 2, count - 1]];
    for (let round = 0; round < solventRounds; round++) parameters = await fitAll(await fitSolvent(parameters, ofSolvent), ofAtoms);
  }
  const scale = scaleOf(parameters);
  return { scale, rFactor: rFactor(all.wanted, amplitudesOf(all.parts, scale)) };
}

/** The solvent scatters to low angles: to reflections beyond so many Å, unless they are too few to determine it. */
const solventSpacingA = 4;
const enoughForSolvent = 200;
const solventRounds = 3;

/** The reflections that determine the solvent, by their places in a list. */
export function solventRows({ cell, hkl }: Pick<Parts<NdArray>, "cell" | "hkl">): number[] {
  const stol = stolSquared(cell, hkl);
  const every = [...stol.data.keys()];
  const coarse = every.filter((i) => 2 * Math.sqrt(stol.get(i)) < 1 / solventSpacingA);
  return coarse.length < enoughForSolvent ? every : coarse;
}

/** What a tensor has to be multiplied by to stand for about 1 Å² of B. */
function unitOf(cell: UnitCell, tensor: readonly number[]): number {
  const metric = reciprocalMetric(cell);
  const largest = Math.max(...tensor.map((x, at) => Math.abs(x) / (metric[at] || Math.sqrt(metric[0] * metric[1]))));
  return 1 / (8 * Math.PI ** 2 * largest);
}

/** The parts for some of the reflections. */
export function someOf({ cell, hkl, atoms, solvent }: Parts<NdArray>, rows: readonly number[]): Parts<NdArray> {
  const some = ({ real, imaginary }: ComplexF<NdArray>): ComplexF<NdArray> => ({
    real: array(rows.map((i) => real.data[i])),
    imaginary: array(rows.map((i) => imaginary.data[i])),
  });
  return { cell, hkl: array(rows.map((i) => [hkl.get(i, 0), hkl.get(i, 1), hkl.get(i, 2)]), "int32"), atoms: some(atoms), solvent: solvent && some(solvent) };
}

/** The sum of the differences of two lists of amplitudes, over the sum of the first. */
export function rFactor(measured: NdArray, calculated: NdArray): number {
  let [differences, sum] = [0, 0];
  for (let i = 0; i < measured.size; i++) {
    if (!Number.isFinite(measured.data[i])) continue;
    differences += Math.abs(measured.data[i] - calculated.data[i]);
    sum += Math.abs(measured.data[i]);
  }
  return differences / sum;
}
