import { ceil, floor, less, mul, sub } from "../autodiff/primitives/elementwise.js";
import { nearest, tricubic } from "../autodiff/primitives/lookup.js";
import { isInside, stencils } from "../autodiff/primitives/stencil.js";
import { total } from "../autodiff/primitives/sum.js";
import type { Run } from "../autodiff/interpreter.js";
import { arrayInSharedMemory } from "../autodiff/executor.js";
import { runOf } from "../autodiff/recorded-runs.js";
import { Tape, type Operand, type Variable } from "../autodiff/tape.js";
import type { Data, FloatDType } from "../ndarray/dtype.js";
import { describe, describeShape, InputError, ShapeError } from "../ndarray/errors.js";
import { extremes } from "../ndarray/extremes.js";
import { checkOptions } from "../ndarray/fields.js";
import { assign, flatData, NdArray, zeros } from "../ndarray/ndarray.js";
import { sizeOf, type Shape } from "../ndarray/shape.js";

/**
 * What happens where the neighbourhood of a tricubic lookup leaves the grid and `defaultF` takes its place:
 * - "mask": nothing else;
 * - "disable": from the next run on, all lookups are nearest ones, until `reset`;
 * - "sequential": as the reference program, in its loop order, from the first such lookup on, that one included, all lookups are
 *   nearest ones. Its neighbourhood is wider by one point.
 */
export type LeavingPolicy = (typeof policies)[number];
const policies = ["mask", "disable", "sequential"] as const;

/** What a grid of structure factors says where it ends. */
export interface StructureFactorOptions {
  /** in electrons, for what the grid does not hold; 0 unless given */
  readonly defaultF?: number;
  /** "mask" unless given */
  readonly policy?: LeavingPolicy;
}

/** Miller indices and amplitudes, as a file lists them. */
export interface ReflectionList {
  /** int32, shape [n]; k and l likewise */
  readonly h: NdArray;
  /** as `h` */
  readonly k: NdArray;
  /** as `h` */
  readonly l: NdArray;
  /** in electrons, shape [n] */
  readonly f: NdArray;
}

const largestGrid = 2 ** 27;
/** A grid of so many points is made in memory that workers see, where there is such, so that they need no copy. */
const sharedGrid = 2 ** 21;

/** A grid of zeros, where workers see it if it is large. */
export function roomForGrid(shape: Shape, dtype: FloatDType = "float64"): NdArray {
  return (sizeOf(shape) < sharedGrid ? undefined : arrayInSharedMemory(shape, dtype)) ?? zeros(shape, dtype);
}

/** A grid of structure factors F[h,k,l]. What it remembers is whether a lookup has left it. */
export class StructureFactors {
  /** the indices of the grid's first point */
  readonly min: readonly number[];
  /** electrons, for what the grid does not hold */
  readonly defaultF: number;
  /** what happens where a tricubic neighbourhood leaves the grid */
  readonly policy: LeavingPolicy;
  #warned = false;
  #disabled = false;
  #converted: NdArray | undefined;

  /**
   * @param grid amplitudes in electrons, which stay as they are, float64 or float32, shape [h, k, l]
   * @param min the indices of its first point
   * @throws InputError when the grid has not three axes of at least one point, or an index, the default or the policy cannot be
   */
  constructor(
    readonly grid: NdArray,
    min: readonly number[],
    options: StructureFactorOptions = {},
  ) {
    checkOptions("StructureFactors", options, { defaultF: true, policy: true });
    const { defaultF = 0, policy = "mask" } = options;
    if (grid.rank !== 3 || min.length !== 3) {
      throw new InputError(`structure factors stand on a grid of 3 axes, not ${grid.rank}, whose first indices are 3 numbers`);
    }
    if (grid.size === 0) throw new InputError(`a grid of shape ${describeShape(grid.shape)} holds no structure factor; every axis needs a point`);
    if (!min.every(Number.isInteger)) throw new InputError(`the grid begins at the indices ${min.join(" ")}; they must be whole numbers`);
    if (!Number.isFinite(defaultF)) throw new InputError(`defaultF is ${defaultF}; it must be a finite number of electrons`);
    if (!policies.includes(policy)) throw new InputError(`policy is ${describe(policy)}; it can be ${policies.join(", ")}`);
    this.min = [...min];
    this.defaultF = defaultF;
    this.policy = policy;
  }

  /**
   * The smallest grid that holds the reflections; of two with the same indices the later one counts.
   * @throws InputError when there is none, an index is not whole or an amplitude not finite, or the indices span more than can be
   *   held; ShapeError when h, k, l and f are not lists of one length
   */
  static fromReflections(reflections: ReflectionList, options: StructureFactorOptions = {}): StructureFactors {
    const [h, k, l, f] = columnsOf(reflections);
    const ranges = [h, k, l].map((indices) => {
      const [low, high] = extremes(indices);
      return { low, extent: high - low + 1 };
    });
    const shape = ranges.map(({ extent }) => extent);
    const size = shape.reduce((product, extent) => product * extent, 1);
    if (size > largestGrid) {
      throw new InputError(`the reflections span ${shape.join(" x ")} indices, more than a grid of ${largestGrid} points holds`);
    }
    const grid = roomForGrid(shape);
    grid.data.fill(options.defaultF ?? 0, 0, size);
    const [atH, atK, atL] = grid.strides;
    const min = ranges.map(({ low }) => low);
    for (let i = 0; i < f.length; i++) grid.data[(h[i] - min[0]) * atH + (k[i] - min[1]) * atK + (l[i] - min[2]) * atL] = f[i];
    return new StructureFactors(grid, min, options);
  }

  /** indices of the grid's last point: h, k, l */
  get max(): readonly number[] {
    return this.min.map((low, axis) => low + this.grid.shape[axis] - 1);
  }

  /** Whether the tricubic lookup has been switched off because a neighbourhood left the grid. */
  get disabled(): boolean {
    return this.#disabled;
  }

  /** Forgets that lookups have left the grid. */
  reset(): void {
    this.#warned = false;
    this.#disabled = false;
  }

  /**
   * Takes note that so many lookups have left the grid in a run.
   * @returns the warning, the first time that there is one
   */
  noteLeaving(lookups: number): string | undefined {
    if (lookups === 0) return undefined;
    if (this.policy === "disable") this.#disabled = true;
    if (this.#warned) return undefined;
    this.#warned = true;
    const consequence = {
      mask: `${this.defaultF} electrons are used there`,
      disable: `${this.defaultF} electrons are used there, and nearest neighbours from the next run on`,
      sequential: "nearest neighbours are used from the first of them on",
    };
    return `the neighbourhood of ${lookups} tricubic lookup${lookups === 1 ? "" : "s"} leaves the structure factors: ${consequence[this.policy]}`;
  }

  /** The grid in a dtype, as it is now: what was converted before is converted again, in the same memory. */
  as(dtype: FloatDType): NdArray {
    if (this.grid.dtype === dtype) return this.grid;
    if (this.#converted?.dtype === dtype) assign(this.#converted, this.grid);
    else assign((this.#converted = roomForGrid(this.grid.shape, dtype)), this.grid);
    return this.#converted;
  }
}

/** The numbers of h, k, l and f, in their order. */
function columnsOf({ h, k, l, f }: ReflectionList): Data[] {
  const given = [h, k, l, f];
  if (given.some((column) => column.rank !== 1 || column.size !== f.size)) {
    throw new ShapeError(`h, k, l and f of reflections need one common length, not the shapes ${given.map(({ shape }) => describeShape(shape)).join(" ")}`);
  }
  if (f.size === 0) throw new InputError("there is no reflection to make structure factors of");
  const columns = given.map(flatData);
  const [hs, ks, ls, amplitudes] = columns;
  for (let i = 0; i < f.size; i++) {
    if (!(Number.isInteger(hs[i]) && Number.isInteger(ks[i]) && Number.isInteger(ls[i]))) {
      throw new InputError(`reflection ${i} has the indices ${hs[i]} ${ks[i]} ${ls[i]}; they must be whole numbers`);
    }
    if (!Number.isFinite(amplitudes[i])) {
      throw new InputError(`reflection ${i} has the amplitude ${amplitudes[i]}; it must be a finite number of electrons`);
    }
  }
  return columns;
}

/** Fractional Miller indices, of shapes that broadcast. */
export type Indices = readonly [h: Variable, k: Variable, l: Variable];

/**
 * Records structure factors at the nearest points of the grid.
 * @param grid in place of the model's own, where the amplitudes themselves are parameters
 */
export function nearestF(model: StructureFactors, [h, k, l]: Indices, grid: Operand = gridLike(model, h)): Variable {
  return nearest(h, k, l, grid, model);
}

/**
 * Records structure factors between the points of the grid; `defaultF` where a neighbourhood leaves it.
 * @param grid in place of the model's own, where the amplitudes themselves are parameters
 */
export function tricubicF(model: StructureFactors, [h, k, l]: Indices, grid: Operand = gridLike(model, h)): Variable {
  return tricubic(h, k, l, grid, model);
}

function gridLike(model: StructureFactors, { dtype }: Variable): NdArray {
  return model.as(dtype === "float32" ? "float32" : "float64");
}

/**
 * Records 1 where the neighbourhood of a tricubic lookup leaves the grid, as the model's policy counts it, else 0. An index that is
 * NaN leaves it, as no comparison says that it is inside.
 */
export function leavesGrid({ min, max, grid, policy }: StructureFactors, indices: Indices): Variable {
  const [h, k, l] = indices.map((x, axis) => {
    // The reference program's own rule asks for a point more on either side.
    if (policy === "sequential") return mul(less(min[axis] + 1, floor(x)), less(ceil(x), max[axis] - 1));
    return isInside(stencils.tricubic, floor(x), min[axis], grid.shape[axis]);
  });
  return sub(1, mul(h, k, l));
}

/** What a batch of lookups gives. */
export interface Lookup {
  /** in electrons, of the shape to which h, k and l broadcast */
  readonly f: NdArray;
  /** the model's single warning, when it fell due */
  readonly warning?: string;
}

/**
 * Structure factors between the points of the grid, for arrays of any batch shape. With the policy "sequential" the order of the
 * lookups is that of the batch.
 * @param h fractional Miller indices, float32 or float64; k and l of shapes that broadcast with it
 * @throws DTypeError when the dtypes differ; ShapeError when the shapes do not fit; InputError when an index is no array
 */
export function lookUp(model: StructureFactors, h: NdArray, k: NdArray, l: NdArray): Lookup {
  for (const [name, index] of Object.entries({ h, k, l })) {
    if (!(index instanceof NdArray)) throw new InputError(`${name} is ${describe(index)}; Miller indices are looked up as arrays, a single one as a scalar`);
  }
  const at = [h, k, l];
  // Runs that were prepared before read the grid in the indices' dtype, where it may have changed.
  if (h.dtype !== "int32") model.as(h.dtype);
  if (model.disabled) return { f: runFor(model, "nearest", at)(at)[0] };
  const [f, count] = runFor(model, "tricubic", at)(at);
  const lookups = count.item();
  const warning = model.noteLeaving(lookups);
  if (model.policy === "sequential" && lookups > 0) {
    const [near, leaving] = runFor(model, "leaving", at)(at);
    const first = leaving.data.indexOf(1);
    f.data.set(near.data.subarray(first), first);
  }
  return { f, ...(warning !== undefined && { warning }) };
}

/** What is asked of a batch of lookups. */
const questions = {
  nearest: (model: StructureFactors, at: Indices) => [nearestF(model, at)],
  tricubic: (model: StructureFactors, at: Indices) => [tricubicF(model, at), total(leavesGrid(model, at))],
  leaving: (model: StructureFactors, at: Indices) => [nearestF(model, at), leavesGrid(model, at)],
};

/** Questions that were asked of a model before, by the indices' dtypes and shapes, which need not be recorded again; of more, the first is forgotten. */
const asked = new WeakMap<StructureFactors, Map<string, Run>>();
const mostAsked = 16;

function runFor(model: StructureFactors, question: keyof typeof questions, at: readonly NdArray[]): Run {
  const runs = asked.get(model) ?? new Map<string, Run>();
  asked.set(model, runs);
  const key = [question, ...at.map(({ dtype, shape }) => dtype + describeShape(shape))].join();
  const known = runs.get(key);
  if (known) return known;
  const tape = new Tape();
  const [h, k, l] = at.map((index) => tape.input(index));
  const run = runOf(tape.program(questions[question](model, [h, k, l])));
  runs.set(key, run);
  for (const oldest of runs.keys()) {
    if (runs.size <= mostAsked) break;
    runs.delete(oldest);
  }
  return run;
}
