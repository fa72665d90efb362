import { describeShape } from "../ndarray/errors.js";
import type { Attribute, Node, Program, Tape } from "./tape.js";

/**
 * A tape or program as text, a line for each step: its number, dtype and shape, and what it is made of, as
 * `%3 = mul(%1, %2)  float64 [4, 5]`.
 */
export function printTape(recorded: Pick<Tape | Program, "nodes"> & { readonly outputs?: readonly number[] }): string {
  const lines = recorded.nodes.map((node, id) => `%${id} = ${stepOf(node)}  ${node.dtype} ${describeShape(node.shape)}`);
  const { outputs } = recorded;
  return [...lines, ...(outputs ? [`gives ${outputs.map((id) => `%${id}`).join(", ")}`] : [])].join("\n");
}

function stepOf({ primitive, inputs, attributes }: Node): string {
  const operands = inputs.map((id) => `%${id}`);
  const named = Object.entries(attributes).map(([name, value]) => `${name}: ${spelled(value)}`);
  return `${primitive}(${[...operands, ...named].join(", ")})`;
}

function spelled(attribute: Attribute): string {
  return typeof attribute === "object" ? describeShape(attribute) : String(attribute);
}
