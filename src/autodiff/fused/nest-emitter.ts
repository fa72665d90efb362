/**
 * A loop nest as a function of WebAssembly that works on vectors: two elements at a time in float64, four in float32; one at a time
 * where the innermost loop's elements do not stand one after another.
 */
import { sizeOf } from "../../ndarray/shape.js";
import { isWorthDoubling } from "./doubled-turns.js";
import { shortcutsIn } from "./half-turns.js";
import { numberBytes } from "./constant-pool.js";
import { FunctionBody, v128, zeroVector } from "./function-body.js";
import { InnermostLoop } from "./innermost-loop.js";
import { variablesOf, type LoopContext, type MaskRow, type TurnPlace } from "./loop-context.js";
import { countAlong, maskRow } from "./mask-row.js";
import { partsOf, type Part } from "./parts.js";
import { has, placeOf, scatterPlaces, sizeAlong, type Nest, type Plan } from "./plan.js";

/** What the nests of a module share. */
export interface ModuleContext extends Pick<LoopContext, "precise" | "pool" | "hasMultiplyAdd" | "laneFunctions"> {
  /** Adds a function to the module; returns the index by which it is called. */
  readonly addFunction: (body: FunctionBody) => number;
}

export function emitNest(plan: Plan, nest: Nest, context: ModuleContext): FunctionBody {
  const body = new FunctionBody();
  const isWide = fillsVectors(plan, nest);
  const counters = new Map<number, number>();
  const levelsFrom = (depth: number, mask?: MaskRow): void => {
    const { masked } = nest;
    if (masked?.depth === depth && mask === undefined) {
      const row = maskRow(plan, masked.by, body, context.pool, counters);
      return body.choose(() => levelsFrom(depth, row), () => undefined);
    }
    const level = nest.levels[depth];
    const isDoubled = isWide && isWorthDoubling(plan, nest, depth);
    const loop = { ...context, plan, nest, isWide, isDoubled, body, counters, mask, shortcuts: shortcutsIn(plan.ops, level) };
    const parts = partsOf(plan.ops, level);
    if (parts.length === 1) new InnermostLoop(parts[0], loop).write();
    else emitInParts(parts, loop, context);
    if (depth === nest.outer.length) return;
    const axis = nest.outer[depth];
    body.count(plan.extents[axis], 1, (counter) => {
      counters.set(axis, counter);
      levelsFrom(depth + 1, mask);
    });
    counters.delete(axis);
  };

  for (const { sums, scatters } of nest.levels) {
    for (const sum of sums) clear(body, placeOf(plan, sum).offset * numberBytes, sizeAlong(plan.padded, plan.ops[sum].axes) * numberBytes);
    for (const { offset, shape } of scatterPlaces(plan, scatters)) clear(body, offset * numberBytes, sizeOf(shape) * numberBytes);
  }
  levelsFrom(0);
  return body;
}

/** A loop whose turn is a series of functions, which take the variables that count. */
function emitInParts(parts: readonly Part[], context: LoopContext, { addFunction }: ModuleContext): void {
  const { body, plan, nest, isWide, isDoubled, counters, pool } = context;
  const inFunction = (part: Part, place: TurnPlace | undefined, write: (loop: InnermostLoop, place: TurnPlace | undefined) => void): number => {
    const own = new FunctionBody(counters.size + (place ? variablesOf(place).length : 0));
    const parameters = new Map([...counters.keys()].map((axis, i) => [axis, i]));
    const first = counters.size;
    write(new InnermostLoop(part, { ...context, body: own, counters: parameters }), place && { first, second: place.second === undefined ? undefined : first + 1 });
    return addFunction(own);
  };
  const call = (index: number, place?: TurnPlace): void => {
    for (const local of counters.values()) body.get(local);
    if (place) for (const local of variablesOf(place)) body.get(local);
    body.call(index);
  };

  const sizes = new Map(parts.flatMap((part) => [...new InnermostLoop(part, context).carriedBytes()]));
  const carried = new Map([...sizes].map(([op, bytes]) => [op, numberBytes * pool.reserve(bytes / numberBytes)]));
  for (const { sums } of parts) for (const sum of sums) if (sizes.has(sum)) clear(body, carried.get(sum) ?? 0, sizes.get(sum) ?? 0);
  const writeTurns = (place?: TurnPlace): void => {
    for (const part of parts) call(inFunction(part, place, (loop, own) => loop.writeTurn(own, carried)), place);
  };
  if (nest.vector === undefined) writeTurns();
  else countAlong(context, nest.vector, lanesOf(plan, isWide, isDoubled), writeTurns);
  for (const part of parts) {
    if (!part.sums.some((sum) => sizes.has(sum))) continue;
    call(inFunction({ ...part, scalars: [] }, undefined, (loop) => loop.writeEnd(carried)));
  }
}

/** Elements of a turn. */
function lanesOf({ dtype }: Plan, isWide: boolean, isDoubled: boolean): number {
  if (!isWide) return 1;
  return dtype === "float32" || isDoubled ? 4 : 2;
}

/** Stores up to so many vectors are written one by one. */
const fewVectors = 8;

/** Sets bytes of the heap to 0. Every place is padded to whole vectors. */
function clear(body: FunctionBody, offset: number, bytes: number): void {
  if (bytes === 0) return;
  const zero = body.local(v128);
  zeroVector(body, zero);
  const vectors = Math.ceil(bytes / 16);
  if (vectors <= fewVectors) for (let i = 0; i < vectors; i++) body.storeFrom(zero, () => body.i32Const(0), offset + 16 * i);
  else body.count(bytes, 16, (counter) => body.storeFrom(zero, () => body.get(counter), offset));
}

/** Whether the innermost loop of a nest is, in the heap, a whole number of turns on full vectors, and contiguous. */
function fillsVectors({ padded, dtype, places, ops }: Plan, { vector, levels }: Nest): boolean {
  if (vector === undefined || padded[vector] % (dtype === "float32" ? 4 : 2) !== 0) return false;
  return levels.every(({ vectors, stored, sums }) =>
    [...vectors, ...stored, ...sums].every((op) => !has(ops[op].axes, vector) || places.get(op)?.strides[vector] === 1),
  );
}
