/** The mask of a loop, for one turn of the loops around it. */
import { bytesPerElement } from "../../ndarray/dtype.js";
import { numberBytes, type ConstantPool } from "./constant-pool.js";
import { i32, type FunctionBody } from "./function-body.js";
import type { LoopContext, MaskRow, TurnPlace } from "./loop-context.js";
import { scalarOpcodes } from "./opcodes.js";
import type { LoopMask, Plan } from "./plan.js";

/** Of a group's place in the list: its bytes as a power of 2. */
const entryBits = 2;
const entryBytes = 2 ** entryBits;
/** Groups that a turn of the loop over them looks at, where their number is a multiple of it. */
const groupsOfTurn = 8;

/**
 * Lists which groups are set in the outer loops' present turn, and puts on the stack whether there is any. The list is made without a
 * branch: which groups are set follows no pattern that a processor could learn.
 */
export function maskRow(plan: Plan, { node, strides, groups, unit }: LoopMask, body: FunctionBody, pool: ConstantPool, counters: ReadonlyMap<number, number>): MaskRow {
  const grid = plan.grids.get(node);
  if (grid === undefined) throw new TypeError(`mask ${node} has no place in the heap`);
  const elementBytes = bytesPerElement[plan.dtype];
  const byteOffset = grid.offset * elementBytes;
  // What is not set is written, too, behind the list.
  const numbers = Math.ceil(((groups + 1) * entryBytes) / numberBytes);
  const row: MaskRow = { list: pool.reserve(numbers + (numbers % 2)) * numberBytes, end: body.local(i32), unit };
  const address = body.local(i32);
  body.i32Const(0);
  for (const [axis, counter] of counters) {
    if (strides[axis] === 0) continue;
    body.get(counter);
    body.i32Const(strides[axis] * elementBytes);
    body.scalar(scalarOpcodes.i32Mul);
    body.scalar(scalarOpcodes.i32Add);
  }
  body.set(address);
  body.i32Const(0);
  body.set(row.end);
  const together = groups % groupsOfTurn === 0 ? groupsOfTurn : 1;
  body.count(groups * unit * numberBytes, together * unit * numberBytes, (counter) => {
    for (let group = 0; group < together; group++) {
      body.get(row.end);
      body.get(counter);
      body.i32Const(group * unit * numberBytes);
      body.scalar(scalarOpcodes.i32Add);
      body.storeInteger(row.list);
      body.get(address);
      // The last four bytes tell a float from 0.
      body.loadInteger(byteOffset + group * elementBytes + elementBytes - 4);
      body.i32Const(0);
      body.scalar(scalarOpcodes.i32Ne);
      body.i32Const(entryBits);
      body.scalar(scalarOpcodes.i32Shl);
      body.get(row.end);
      body.scalar(scalarOpcodes.i32Add);
      body.set(row.end);
    }
    body.get(address);
    body.i32Const(together * elementBytes);
    body.scalar(scalarOpcodes.i32Add);
    body.set(address);
  });
  body.get(row.end);
  return row;
}

/**
 * Runs `turn` along the vector axis, so many elements at once. Where a group has fewer, a turn works on two groups, and on the last one
 * twice where they are odd.
 */
export function countAlong({ body, plan, isWide, mask }: LoopContext, vector: number, elements: number, turn: (place: TurnPlace) => void): void {
  const step = elements * numberBytes;
  if (!mask) return body.count((isWide ? plan.padded : plan.extents)[vector] * numberBytes, step, (first) => turn({ first }));
  const isPaired = elements > mask.unit;
  if (isPaired) repeatLast(body, mask);
  const [start, first, other] = [body.local(i32), body.local(i32), body.local(i32)];
  const take = (entry: number, at: number, into: number): void => {
    body.get(entry);
    body.loadInteger(mask.list + at * entryBytes);
    body.set(into);
  };
  body.i32Const(0);
  body.set(start);
  body.countBetween(start, mask.end, isPaired ? 2 * entryBytes : entryBytes, (entry) => {
    take(entry, 0, first);
    if (isPaired) {
      take(entry, 1, other);
      return turn({ first, second: other });
    }
    if (elements === mask.unit) return turn({ first });
    body.get(first);
    body.i32Const(mask.unit * numberBytes);
    body.scalar(scalarOpcodes.i32Add);
    body.set(other);
    body.countBetween(first, other, step, (counter) => turn({ first: counter }));
  });
}

/** Writes a list's last entry behind it. */
function repeatLast(body: FunctionBody, { list, end }: MaskRow): void {
  body.get(end);
  body.get(end);
  body.i32Const(entryBytes);
  body.scalar(scalarOpcodes.i32Sub);
  body.loadInteger(list);
  body.storeInteger(list);
}
