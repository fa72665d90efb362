/** What the parts of an innermost loop's code share. */
import type { FloatDType } from "../../ndarray/dtype.js";
import type { Shortcuts } from "../vectors.js";
import type { ConstantPool } from "./constant-pool.js";
import type { FunctionBody } from "./function-body.js";
import type { Nest, Plan } from "./plan.js";
import type { LaneFunction } from "./vector-math.js";

export interface LoopContext {
  readonly plan: Plan;
  readonly nest: Nest;
  /** ops that are float64 in float32 programs, too */
  readonly precise: ReadonlySet<number>;
  readonly pool: ConstantPool;
  readonly hasMultiplyAdd: boolean;
  readonly laneFunctions: readonly LaneFunction[];
  /** whether elements fill vectors; else they come one by one */
  readonly isWide: boolean;
  /** whether a turn in float64 works on two vectors, which do not wait for each other */
  readonly isDoubled: boolean;
  readonly body: FunctionBody;
  /** of the outer loops around, the variables that count */
  readonly counters: ReadonlyMap<number, number>;
  /** what sin(πx) and cos(πx) of an op need not do */
  readonly shortcuts: (op: number) => Shortcuts;
  /** which groups the loop works on; all unless given */
  readonly mask?: MaskRow | undefined;
}

/** The mask of a loop: which groups are set in the outer loops' present turn. */
export interface MaskRow {
  /** where the list of them begins: of each how far the loop along the vector axis has come there, in bytes of a contiguous place */
  readonly list: number;
  /** the variable that holds how many bytes the list has */
  readonly end: number;
  /** elements of a group */
  readonly unit: number;
}

/** Where a turn of a loop stands along the vector axis. */
export interface TurnPlace {
  /** the variable that holds how far the loop has come, in bytes of a contiguous place */
  readonly first: number;
  /** the same of the turn's second vector of float64, where it does not stand behind the first; it is the first once more where there is no other */
  readonly second?: number | undefined;
}

/** The variables that hold it. */
export function variablesOf({ first, second }: TurnPlace): number[] {
  return second === undefined ? [first] : [first, second];
}

/** Of the numbers that fill vectors, where they do. */
export function loopDType({ plan }: Pick<LoopContext, "plan">): FloatDType {
  return plan.dtype === "float32" ? "float32" : "float64";
}

/** Whether an op is computed in float64. */
export function isDouble(context: LoopContext, op: number): boolean {
  return loopDType(context) === "float64" || !context.isWide || context.precise.has(op);
}
