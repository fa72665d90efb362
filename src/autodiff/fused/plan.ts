/** What a program becomes before it is made code: loop nests, and where their numbers stand in the heap. */
import type { DType } from "../../ndarray/dtype.js";
import { sizeOf, type Shape } from "../../ndarray/shape.js";
import { primitiveNamed } from "../primitives/registry.js";
import type { Attributes } from "../tape.js";

/** Axes of the loops as bits: 1 << axis. */
export type Axes = number;

interface Placed {
  /** along which the value varies */
  readonly axes: Axes;
  /** the number of sums and interpreted steps that come before it */
  readonly pass: number;
  readonly inputs: readonly number[];
}
export type Op = Placed &
  (
    | { readonly kind: "constant"; readonly value: number }
    /** an input or literal of the program, or the result of an interpreted step */
    | { readonly kind: "array"; readonly node: number }
    | { readonly kind: "elementwise"; readonly primitive: string }
    | { readonly kind: "lookup"; readonly primitive: "nearest" | "tricubic"; readonly grid: number; readonly attributes: Attributes }
    /** its input, in loops that leave out where the mask is 0 */
    | { readonly kind: "masked" }
    | { readonly kind: "sum" }
    /** adds numbers to the points of a grid, which is the result of a node */
    | { readonly kind: "scatter"; readonly primitive: "nearest" | "tricubic"; readonly node: number; readonly attributes: Attributes }
  );
export type ScatterOp = Extract<Op, { kind: "scatter" }>;
export type LookupOp = Extract<Op, { kind: "lookup" }>;

/** Where numbers stand in the heap: element (i, j, ...) of the loops at offset + i*strides[0] + ... */
export interface Place {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Where a contiguous grid of three axes stands in the heap. */
export interface GridPlace {
  /** in elements of the program's dtype; of float64, where numbers are added to it */
  readonly offset: number;
  readonly shape: Shape;
}

/** Which groups along the vector axis loops work on: the rest is worth nothing to their sums. */
export interface LoopMask {
  /** the node of the mask, which stands among the grids */
  readonly node: number;
  /** how far its elements are apart along the loops' axes */
  readonly strides: readonly number[];
  /** axes along which it varies, without that of the groups */
  readonly axes: Axes;
  readonly groups: number;
  /** elements along the vector axis that are in a group, a whole number of vectors */
  readonly unit: number;
}

/** What happens inside of some outer loops: a loop along the vector axis. */
export interface Level {
  /** ops that do not vary along the vector axis, read before its loop */
  readonly scalars: readonly number[];
  /** ops that vary along it, read from the heap */
  readonly vectors: readonly number[];
  /** ops to compute, in order */
  readonly computed: readonly number[];
  /** of these, what is kept in the heap */
  readonly stored: readonly number[];
  readonly sums: readonly number[];
  readonly scatters: readonly number[];
}

/** One loop nest: outer loops, and inside of the first 0, 1, ... of them a level. */
export interface Nest {
  readonly outer: readonly number[];
  /** axis of the innermost loops; undefined for numbers that vary along none */
  readonly vector: number | undefined;
  readonly levels: readonly Level[];
  /** of the levels from this depth on */
  readonly masked?: { readonly by: LoopMask; readonly depth: number };
}

/** A step of the interpreter. */
export interface Interpreted {
  readonly node: number;
}

export type Stage = Nest | Interpreted;

/** A loop nest made code: works on the heap. */
export type Loop = () => void;

export interface Plan {
  /** of the loops' results and of the grids; all else is float64 in the heap */
  readonly dtype: DType;
  /** of the loops, slowest axis of the program first */
  readonly extents: Shape;
  /** the same in the heap, where what stands along the vector axis is filled up to whole vectors */
  readonly padded: Shape;
  readonly ops: readonly Op[];
  readonly stages: readonly Stage[];
  /** of every op whose numbers outlive their innermost loop */
  readonly places: ReadonlyMap<number, Place>;
  /** of the grids of lookups, by node */
  readonly grids: ReadonlyMap<number, GridPlace>;
  /** of the grids that numbers are added to, by node */
  readonly scatters: ReadonlyMap<number, GridPlace>;
  /** the op that holds a node's numbers; absent for a node of the interpreter's own */
  readonly opOf: ReadonlyMap<number, number>;
  readonly heapSize: number;
}

/** Whether a nest computes an op for others. */
export const isComputed = ({ kind }: Op): boolean => kind === "elementwise" || kind === "lookup" || kind === "masked";

/** Whether an op ends a pass: it is complete when its loops are. */
export const isSink = ({ kind }: Op): boolean => kind === "sum" || kind === "scatter";

/** Whether an op takes many instructions. */
export function isCostly(op: Op): boolean {
  if (op.kind !== "elementwise") return op.kind === "lookup";
  const { kernel } = primitiveNamed(op.primitive);
  return kernel.kind === "elementwise" && kernel.isCostly === true;
}

/** The instructions that an op takes, about. */
export function instructionsOf(op: Op): number {
  if (op.kind === "lookup") return op.primitive === "tricubic" ? 200 : 40;
  if (op.kind === "scatter") return op.primitive === "tricubic" ? 400 : 60;
  return isCostly(op) ? 30 : 3;
}

/** The op whose numbers a sum or scatter adds up. */
export const addedBy = ({ kind, inputs }: Op): number => inputs[kind === "scatter" ? 3 : 0];

export const has = (axes: Axes, axis: number): boolean => (axes & (1 << axis)) !== 0;

/** How many numbers vary along some axes. */
export function sizeAlong(extents: Shape, axes: Axes): number {
  return sizeOf(extents.filter((_, axis) => has(axes, axis)));
}

/** Where an op's numbers stand. */
export function placeOf({ places }: Plan, op: number): Place {
  const place = places.get(op);
  if (place === undefined) throw new TypeError(`value ${op} has no place in the heap`);
  return place;
}

/** Where the grids stand that ops add to. */
export function scatterPlaces({ ops, scatters }: Plan, among: readonly number[]): GridPlace[] {
  return among.flatMap((id) => {
    const op = ops[id];
    const place = op.kind === "scatter" ? scatters.get(op.node) : undefined;
    return place === undefined ? [] : [place];
  });
}
