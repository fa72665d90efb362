/** The mask of a loop, for one turn of the loops around it. */
import { bytesPerElement } from "../../ndarray/dtype.js";
import { numberBytes } from "./constant-pool.js";
import { i32, type FunctionBody } from "./function-body.js";
import type { LoopContext, MaskRow } from "./loop-context.js";
import { scalarOpcodes } from "./opcodes.js";
import type { LoopMask, Plan } from "./plan.js";

/** Finds the mask of the outer loops' present turn, and puts on the stack whether anything of it is set. */
export function maskRow(plan: Plan, { node, strides, groups, unit }: LoopMask, body: FunctionBody, counters: ReadonlyMap<number, number>): MaskRow {
  const grid = plan.grids.get(node);
  if (grid === undefined) throw new TypeError(`mask ${node} has no place in the heap`);
  const elementBytes = bytesPerElement[plan.dtype];
  const row: MaskRow = { address: body.local(i32), byteOffset: grid.offset * elementBytes, elementBytes, groups, unit };
  body.i32Const(0);
  for (const [axis, counter] of counters) {
    if (strides[axis] === 0) continue;
    body.get(counter);
    body.i32Const(strides[axis] * elementBytes);
    body.scalar(scalarOpcodes.i32Mul);
    body.scalar(scalarOpcodes.i32Add);
  }
  body.set(row.address);
  const any = body.local(i32);
  body.i32Const(0);
  body.set(any);
  body.count(groups * elementBytes, elementBytes, (counter) => {
    body.get(counter);
    body.get(row.address);
    body.scalar(scalarOpcodes.i32Add);
    body.loadInteger(row.byteOffset + elementBytes - 4);
    body.get(any);
    body.scalar(scalarOpcodes.i32Or);
    body.set(any);
  });
  body.get(any);
  return row;
}

/** Runs `turn` along the vector axis, so many elements at once. */
export function countAlong({ body, plan, isWide, mask }: LoopContext, vector: number, elements: number, turn: (counter: number) => void): void {
  const step = elements * numberBytes;
  if (!mask) return body.count((isWide ? plan.padded : plan.extents)[vector] * numberBytes, step, turn);
  const [first, end] = [body.local(i32), body.local(i32)];
  body.count(mask.groups, 1, (group) => {
    body.get(group);
    body.i32Const(mask.elementBytes);
    body.scalar(scalarOpcodes.i32Mul);
    body.get(mask.address);
    body.scalar(scalarOpcodes.i32Add);
    // The last four bytes tell a float from 0.
    body.loadInteger(mask.byteOffset + mask.elementBytes - 4);
    body.choose(
      () => {
        body.get(group);
        body.i32Const(mask.unit * numberBytes);
        body.scalar(scalarOpcodes.i32Mul);
        body.set(first);
        body.get(first);
        body.i32Const(mask.unit * numberBytes);
        body.scalar(scalarOpcodes.i32Add);
        body.set(end);
        body.countBetween(first, end, step, turn);
      },
      () => undefined,
    );
  });
}
