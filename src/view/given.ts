import { bytesPerElement, overBuffer, type DType } from "../ndarray/dtype.js";
import { copy, fromData, NdArray } from "../ndarray/ndarray.js";
import type { ExperimentRecord } from "../io/geometry/record.js";
import type { Experiment } from "../models/experiment.js";
import type { PanelledDetector } from "../models/panels.js";
import { StructureFactors, type LeavingPolicy } from "../models/structure-factors.js";
import type { Geometry } from "./geometry.js";
import type { Asked } from "../refine/asked-parameters.js";
import type { LossName } from "../refine/loss.js";
import type { RefineOptions } from "../refine/refine.js";
import type { ImageOptions } from "../simulate/image-options.js";
import type { StatedFact } from "./stated-fact.js";

/** A measured image, an array a panel. */
export interface GivenImage {
  readonly name: string;
  /** counts, [slow, fast] */
  readonly panels: readonly NdArray[];
  /** int32; 0 where a pixel is not used */
  readonly masks: readonly (NdArray | undefined)[];
  /** what the file says of the experiment, a sentence each */
  readonly facts: readonly string[];
  /** what places on it mean, where the file says it */
  readonly geometry?: Geometry;
  /** what its file states of the experiment */
  readonly record?: ExperimentRecord;
}

/** A refinement as the command was asked for it, and what its files hold besides. */
export interface GivenRefinement {
  readonly asked: Asked;
  /** limits that options set */
  readonly limits: readonly { readonly name: string; readonly lower: number; readonly upper: number }[];
  readonly options: Pick<RefineOptions, "restraints" | "coarseToFine" | "maxSteps" | "maxSeconds">;
  readonly loss: { readonly name: LossName; readonly readNoise: number };
  readonly overload: number | undefined;
  /** lines of options that neither the experiment nor its sampling say */
  readonly kept: readonly string[];
  readonly hasMask: boolean;
}

/** What a page is to show. */
export interface Given {
  readonly title: string;
  readonly version: string;
  readonly images: readonly GivenImage[];
  readonly experiment?: Experiment;
  /** the panels of the experiment's detector, where it has several; the experiment's own is the first of them */
  readonly panels?: PanelledDetector;
  /** who stated what of the experiment */
  readonly facts?: readonly StatedFact[];
  /** how the experiment's image is simulated */
  readonly options?: ImageOptions;
  readonly refinement?: GivenRefinement;
  readonly warnings: readonly string[];
}

/** A page's data as text, and the numbers of its arrays, little-endian. */
export interface Packed {
  readonly text: string;
  readonly buffers: readonly Uint8Array[];
}

interface PackedArray {
  readonly $array: number;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** Writes plain data, arrays and structure factors in such a way that every number is the same when they are read again. */
export function pack(given: unknown): Packed {
  const buffers: Uint8Array[] = [];
  const known = new Map<NdArray, number>();
  const packArray = (array: NdArray): PackedArray => {
    const index = known.get(array) ?? buffers.length;
    if (index === buffers.length) {
      const { data } = copy(array);
      buffers.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      known.set(array, index);
    }
    return { $array: index, shape: array.shape, dtype: array.dtype };
  };
  const text = JSON.stringify(given, (_, value: unknown) => {
    if (value instanceof NdArray) return packArray(value);
    if (value instanceof StructureFactors) return { $grid: packArray(value.grid), min: value.min, defaultF: value.defaultF, policy: value.policy };
    return typeof value === "number" && !Number.isFinite(value) ? { $number: String(value) } : value;
  });
  return { text, buffers };
}

/** Reads what `pack` has written. */
export function unpack<T>(text: string, buffers: readonly Uint8Array[]): T {
  const arrays = new Map<number, NdArray>();
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== "object" || value === null) return value;
    if (isPackedArray(value)) {
      const array = arrays.get(value.$array) ?? unpackArray(value, buffers[value.$array]);
      arrays.set(value.$array, array);
      return array;
    }
    if (isPackedGrid(value)) return new StructureFactors(value.$grid, value.min, { defaultF: value.defaultF, policy: value.policy });
    return "$number" in value ? Number(value.$number) : value;
  });
}

/** How many arrays a packed text speaks of. */
export function bufferCount(text: string): number {
  return Math.max(-1, ...[...text.matchAll(/"\$array":(\d+)/g)].map(([, index]) => Number(index))) + 1;
}

function unpackArray({ shape, dtype }: PackedArray, bytes: Uint8Array): NdArray {
  // Numbers begin at whole multiples of their size, which a part of a larger buffer may not.
  const whole = bytes.byteOffset % bytesPerElement[dtype] === 0 && bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
  return fromData(overBuffer(dtype, whole.buffer), shape);
}

function isPackedArray(value: object): value is PackedArray {
  return "$array" in value && "shape" in value && "dtype" in value;
}

function isPackedGrid(value: object): value is { $grid: NdArray; min: readonly number[]; defaultF: number; policy: LeavingPolicy } {
  return "$grid" in value && value.$grid instanceof NdArray && "min" in value;
}
