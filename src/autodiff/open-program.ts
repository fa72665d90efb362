import { NdArray, scalar } from "../ndarray/ndarray.js";
import type { FloatDType } from "../ndarray/dtype.js";
import { shapesLoops } from "./fused/half-turns.js";
import type { Node, Program } from "./tape.js";

/** What a program knew when it was recorded: one of its literals, or a number. */
export type Known =
  | { readonly kind: "literal"; readonly index: number }
  | { readonly kind: "constant"; readonly value: number; readonly dtype: FloatDType };

export interface OpenProgram {
  /** its arguments are those of the program it was made of, then what that one knew */
  readonly program: Program;
  readonly known: readonly Known[];
}

/**
 * A program with its literals and constants as further arguments, so that what is compiled of it serves for other arrays and numbers,
 * too.
 */
export function openProgram({ nodes, literals, inputs, outputs }: Program): OpenProgram {
  const known: Known[] = [];
  const open = nodes.map((node): Node => {
    const found = knownBy(node);
    return found === undefined ? node : { ...node, primitive: "input", attributes: { index: inputs.length + known.push(found) - 1 } };
  });
  const typed = known.map((each) => (each.kind === "literal" ? literals[each.index] : { shape: [], dtype: each.dtype }));
  return { program: { nodes: open, literals: [], inputs: [...inputs, ...typed], outputs }, known };
}

function knownBy({ primitive, attributes, dtype }: Node): Known | undefined {
  if (primitive === "literal") return { kind: "literal", index: Number(attributes.index) };
  const value = Number(attributes.value);
  return primitive === "constant" && dtype !== "int32" && !shapesLoops(value) ? { kind: "constant", value, dtype } : undefined;
}

/**
 * The arguments that stand for what a program knew.
 * @param dtype of the constants; their own unless given
 */
export function knownArguments(known: readonly Known[], literals: readonly NdArray[], dtype?: FloatDType): NdArray[] {
  return known.map((each) => (each.kind === "literal" ? literals[each.index] : scalar(each.value, dtype ?? each.dtype)));
}
