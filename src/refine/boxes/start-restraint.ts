/** What the start of a refinement says of its end: where the boxes determine nothing, what was known before stays. */
import { known, type Quantity } from "../../autodiff/tape.js";
import type { Experiment } from "../../models/experiment.js";
import { cholesky, invertCholesky, type Matrix } from "../../optim/linear-algebra.js";
import type { Vector } from "../../optim/vector.js";
import { experimentAt, hasRole, slopeAt, type Parameter } from "../parameter.js";
import type { Prior, PriorAt } from "./prior.js";

/** A model of another program's is right to this part of the error that a start may have at most. */
const partOfDoubt = 0.5;
/** Strength of the expectation that a domain is as long as it is wide: a logarithm of their ratio of 1/2 is one standard deviation. */
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
 * The domain's lengths are expected to be alike: tr X - ln det X - 3 of the lengths X in units of their mean at the start, which is 0 for a
 * round domain of that size. Without intensities, spots near the beam say nothing of its length along the beam.
 * @param start what the whole refinement began with
 */
export function roundDomainExpected(experiment: Experiment, parameters: readonly Parameter[], start: Experiment): PriorAt {
  return (values) => domainPrior(experiment, parameters, values, lengthsOf(start) ?? lengthsOf(experiment));
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

const axesOf: Readonly<Record<string, readonly [number, number]>> = {
  domain_xx: [0, 0], domain_yy: [1, 1], domain_zz: [2, 2], domain_xy: [0, 1], domain_xz: [0, 2], domain_yz: [1, 2],
};

function domainPrior(experiment: Experiment, parameters: readonly Parameter[], values: Vector, start: Matrix | undefined): Prior | undefined {
  const none = { value: 0, gradient: parameters.map(() => 0), normal: parameters.map(() => parameters.map(() => 0)) };
  const axes = parameters.map(({ name }) => axesOf[name]);
  if (start === undefined || cholesky(start) === undefined || axes.every((pair) => pair === undefined)) return none;
  const unit = (start[0][0] + start[1][1] + start[2][2]) / 3;
  const lengths = lengthsOf(experimentAt(experiment, parameters, values)) ?? start;
  const factor = cholesky(lengths);
  if (factor === undefined) return undefined;
  const inverse = invertCholesky(factor);
  const logarithm = 2 * factor.reduce((total, row, i) => total + Math.log(row[i] / Math.sqrt(unit)), 0);
  const slopes = parameters.map((parameter, i) => slopeAt(parameter, values[i]));
  const moved = axes.map((pair) => pair && unitOf(pair));
  return {
    value: roundness * ((lengths[0][0] + lengths[1][1] + lengths[2][2]) / unit - logarithm - 3),
    gradient: moved.map((e, i) => (e ? roundness * slopes[i] * (trace(e) / unit - traceOf(inverse, e)) : 0)),
    normal: moved.map((e, i) => moved.map((f, j) => (e && f ? roundness * slopes[i] * slopes[j] * traceOf(product(inverse, e), product(inverse, f)) : 0))),
  };
}

function lengthsOf({ crystal: { domainA } }: Experiment<Quantity>): number[][] | undefined {
  if (domainA === undefined) return undefined;
  const [xx, yy, zz, xy, xz, yz] = domainA.map(known);
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
