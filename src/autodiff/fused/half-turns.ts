/** What operations need not do, seen from the ops around them: waves of half turns, sin(πx) and cos(πx), above all. */
import { primitiveNamed } from "../primitives/registry.js";
import type { Shortcuts } from "../vectors.js";
import type { Level, Op } from "./plan.js";

/** What a level's op need not do, if it is one of them. */
export function shortcutsIn(ops: readonly Op[], level: Level): (op: number) => Shortcuts {
  const signless = signlessOps(ops, level);
  return (op) => ({
    isWithinHalf: (position) => isWithinHalf(ops, ops[op].inputs[position]),
    isZero: (position) => isPlainZero(ops[ops[op].inputs[position]]),
    isSignless: signless.has(op),
  });
}

/**
 * Whether a constant's value, and not only that there is one, decides what loops are made: ½, which rounding subtracts, and 0, which
 * stays 0 where a mask is.
 */
export function shapesLoops(value: number): boolean {
  return value === 0.5 || value === 0;
}

/** Whether an op is the number 0, and not -0. */
function isPlainZero(op: Op): boolean {
  return op.kind === "constant" && Object.is(op.value, 0);
}

function isWithinHalf(ops: readonly Op[], id: number): boolean {
  const asked = new Set([id]);
  for (const each of asked) {
    const op = ops[each];
    if (op.kind === "constant" && Math.abs(op.value) <= 0.5) continue;
    if (op.kind !== "elementwise") return false;
    const [first, second, third] = op.inputs;
    if (op.primitive === "where") asked.add(second).add(third);
    else if (op.primitive !== "sub" || !isRounded(ops, second, first)) return false;
  }
  return true;
}

/** Whether an op is another one's nearest whole number, as Miller indices are rounded: ceil(x - 1/2). */
function isRounded(ops: readonly Op[], id: number, x: number): boolean {
  const op = ops[id];
  if (op.kind !== "elementwise" || op.primitive !== "ceil") return false;
  const shifted = ops[op.inputs[0]];
  if (shifted.kind !== "elementwise" || shifted.primitive !== "sub" || shifted.inputs[0] !== x) return false;
  const half = ops[shifted.inputs[1]];
  return half.kind === "constant" && half.value === 0.5;
}

/** Ops of a level whose sign is lost in all that becomes of them, as by a square. */
function signlessOps(ops: readonly Op[], { computed, stored, sums, scatters }: Level): Set<number> {
  const signless = new Set(computed);
  for (const op of stored) signless.delete(op);
  for (const sink of [...sums, ...scatters]) for (const input of ops[sink].inputs) signless.delete(input);
  for (let i = computed.length - 1; i >= 0; i--) {
    const user = computed[i];
    for (const input of ops[user].inputs) if (!losesSign(ops[user], input, signless.has(user))) signless.delete(input);
  }
  return signless;
}

function losesSign(user: Op, input: number, isSignless: boolean): boolean {
  if (user.kind === "masked") return isSignless;
  if (user.kind !== "elementwise") return false;
  const { kernel } = primitiveNamed(user.primitive);
  if (kernel.kind !== "elementwise" || kernel.losesSign === undefined) return false;
  const positions: number[] = [];
  for (let position = 0; position < user.inputs.length; position++) if (user.inputs[position] === input) positions.push(position);
  return kernel.losesSign(positions, isSignless);
}
