import * as fc from "fast-check";
import type { Variable } from "../../../src/autodiff/tape.js";
import type { NdArray } from "../../../src/ndarray/ndarray.js";
import type { Draw } from "../draws.js";

/** One way to apply a primitive. */
export interface Sample {
  readonly inputs: readonly NdArray[];
  apply(inputs: readonly Variable[]): Variable;
  /** what it gives, element by element */
  reference(inputs: readonly NdArray[]): NdArray;
}

/** How a primitive is tested. */
export interface Case {
  draw(by: Draw): fc.Arbitrary<Sample>;
  /** in all inputs together, without a constant */
  readonly linear?: boolean;
  /** lets no derivative through, whatever differences show */
  readonly isStopped?: boolean;
  /** takes int32 arrays, too */
  readonly integers?: boolean;
}
