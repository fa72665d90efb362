/** What the start of a refinement says of its end: where the boxes determine nothing, what was known before stays. */
import { known, type Quantity } from "../../autodiff/tape.js";
import type { Experiment } from "../../models/experiment.js";
import { cholesky, invertCholesky, type Matrix } from "../../optim/linear-algebra.js";
import type { Vector } from "../../optim/vector.js";
import { componentsOf, symmetricOf, type Symmetric } from "../../physics/symmetric.js";
import { experimentAt, hasRole, slopeAt, type Parameter } from "../parameter.js";
import type { Prior, PriorAt } from "./prior.js";

/** A model of another program's is right to this part of the error that a start may have at most. */
const partOfDoubt = 0.5;
/** Strength of the expectation that a tensor is round: a logarithm of the ratio of two axes of 1/2 is one standard deviation. */
const roundness = 4;

/**
 * How far the parameters have come from where the refinement began: orientation, cell and detector are expected within half of their doubt.
 * Spots near the beam say little of distance and cell apart.
 * @param origin the values that the whole refinement began with, by the parameters' names
 */
export function nearStart(parameters: readonly Parameter[], origin: ReadonlyMap<string, number>): PriorAt {
  return (values) => geometryPrior(parameters, values, origin);
}

/**
 * The domain's lengths, and the mosaicity about the three axes, are expected to be alike: 3 ln(tr X / 3) - ln det X of each tensor X, which
 * is 0 for a round one of any size. Without intensities, spots near the beam say nothing of the domain's length along the beam, and one
 * image may say nothing of the mosaicity about one axis. The size is expected within a factor of e of the start, since spots that are as
 * narrow as the detector shows them say nothing of it.
 * @param start what the whole refinement began with
 */
export function roundnessExpected(experiment: Experiment, parameters: readonly Parameter[], start: Experiment): PriorAt[] {
  return [roundTensor("domain", lengthsOf), roundTensor("eta", spreadsOf)].flatMap((of) => of(experiment, parameters, start) ?? []);
}

function geometryPrior(parameters: readonly Parameter[], values: Vector, origin: ReadonlyMap<string, number>): Prior {
  const pulls = parameters.map((parameter, i) => {
    const target = origin.get(parameter.name);
    if (target === undefined || !isOfGeometry(parameter)) return { value: 0, slope: 0, curvature: 0 };
    const unit = slopeAt(parameter, values[i]) / (parameter.doubt * partOfDoubt);
    const difference = (values[i] - target) / (parameter.doubt * partOfDoubt);
    return { value: difference ** 2 / 2, slope: difference * unit, curvature: unit ** 2 };
  });
  return {
    value: pulls.reduce((total, { value }) => total + value, 0),
    gradient: pulls.map(({ slope }) => slope),
    normal: pulls.map(({ curvature }, i) => pulls.map((_, j) => (i === j ? curvature : 0))),
  };
}

/** Whether a parameter places spots, and is refined as it is, not by its logarithm. */
function isOfGeometry(parameter: Parameter): boolean {
  return parameter.scale === "linear" && hasRole(parameter, "orientation", "lattice", "position");
}

const tensorAxes: Readonly<Record<string, readonly [number, number]>> = { xx: [0, 0], yy: [1, 1], zz: [2, 2], xy: [0, 1], xz: [0, 2], yz: [1, 2] };

type TensorOf = (experiment: Experiment<Quantity>) => number[][] | undefined;

/** The prior of one tensor; undefined where it is not refined as one. */
function roundTensor(group: string, tensorOf: TensorOf): (experiment: Experiment, parameters: readonly Parameter[], start: Experiment) => PriorAt | undefined {
  return (experiment, parameters, origin) => {
    const moved = parameters.map(({ name }) => {
      const pair = name.startsWith(`${group}_`) ? tensorAxes[name.slice(group.length + 1)] : undefined;
      return pair && unitOf(pair);
    });
    const start = tensorOf(experiment);
    if (start === undefined || cholesky(start) === undefined || moved.every((unit) => unit === undefined)) return undefined;
    const size = trace(tensorOf(origin) ?? start) / 3;
    return (values) => {
      const tensor = tensorOf(experimentAt(experiment, parameters, values)) ?? start;
      const factor = cholesky(tensor);
      if (factor === undefined) return undefined;
      const inverse = invertCholesky(factor);
      const mean = trace(tensor) / 3;
      const logarithm = 2 * factor.reduce((total, row, i) => total + Math.log(row[i] / Math.sqrt(mean)), 0);
      const slopes = parameters.map((parameter, i) => slopeAt(parameter, values[i]));
      const growth = Math.log(mean / size);
      const growths = moved.map((e, i) => (e ? (slopes[i] * trace(e)) / (3 * mean) : 0));
      return {
        value: growth ** 2 / 2 - roundness * logarithm,
        gradient: moved.map((e, i) => growth * growths[i] + (e ? roundness * slopes[i] * (trace(e) / mean - traceOf(inverse, e)) : 0)),
        // Of roundness, that of the logarithm of the determinant alone, which is never below 0.
        normal: moved.map((e, i) => moved.map((f, j) => growths[i] * growths[j] + (e && f ? roundness * slopes[i] * slopes[j] * traceOf(product(inverse, e), product(inverse, f)) : 0))),
      };
    };
  };
}

function lengthsOf({ crystal: { domainA } }: Experiment<Quantity>): number[][] | undefined {
  return domainA && matrixOf(domainA);
}

function spreadsOf({ crystal: { etaDeg = 0 } }: Experiment<Quantity>): number[][] | undefined {
  const components = componentsOf(etaDeg);
  return components.length === 1 ? undefined : matrixOf(symmetricOf(etaDeg));
}

function matrixOf(tensor: Symmetric): number[][] {
  const [xx, yy, zz, xy, xz, yz] = tensor.map(known);
  return [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]];
}

function unitOf([i, j]: readonly [number, number]): Matrix {
  return [0, 1, 2].map((row) => [0, 1, 2].map((column) => ((row === i && column === j) || (row === j && column === i) ? 1 : 0)));
}

function product(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => [0, 1, 2].map((column) => row.reduce((total, element, k) => total + element * b[k][column], 0)));
}

function trace(matrix: Matrix): number {
  return matrix[0][0] + matrix[1][1] + matrix[2][2];
}

function traceOf(a: Matrix, b: Matrix): number {
  return trace(product(a, b));
}
