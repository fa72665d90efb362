import { allocate, type Data } from "../ndarray/dtype.js";
import { flatData, zeros, type NdArray } from "../ndarray/ndarray.js";
import { between, pushForward } from "./forward.js";
import { primitiveNamed } from "./primitives/registry.js";
import { broadcastTo } from "./primitives/sum.js";
import { smallestCut } from "./smallest-cut.js";
import { Variable, type Program } from "./tape.js";

/**
 * The fewest single numbers through which alone numbers act on a target, and of these the last ones: what is made of the sources number by
 * number, and has no shape. Many parameters of an image act on its pixels through few of them.
 * @param sources of shape []
 * @returns at most as many as there are sources
 */
export function intermediatesOf(sources: readonly Variable[], target: Variable): Variable[] {
  const { tape } = target;
  const way = between(sources, [target]);
  const onWay = new Set(way);
  const starts = sources.map(({ id }) => id).filter((id) => onWay.has(id));
  const single = new Set(starts);
  const edges: [number, number][] = [];
  const last = new Set<number>();
  for (const id of way) {
    if (single.has(id)) continue;
    const { primitive, inputs, shape } = tape.nodes[id];
    const moving = inputs.filter((input) => onWay.has(input));
    const isSingle = shape.length === 0 && primitiveNamed(primitive).kernel.kind === "elementwise" && moving.every((input) => single.has(input));
    if (isSingle) single.add(id);
    for (const input of moving) {
      if (isSingle) edges.push([input, id]);
      else if (single.has(input)) last.add(input);
    }
  }
  if (single.has(target.id)) last.add(target.id);
  return smallestCut(single, edges, starts, [...last]).map((id) => new Variable(tape, id));
}

/**
 * Records the derivatives of intermediates by the sources that they are made of.
 * @returns a program of the tape's arguments for `runNumbers`; its results are, for each intermediate, its derivatives
 */
export function derivativesOf(intermediates: readonly Variable[], sources: readonly Variable[]): Program {
  const { tape, dtype } = sources[0];
  const count = sources.length;
  const rows = sources.map((_, i) => {
    const row = zeros([count], dtype);
    row.data[i] = 1;
    return tape.literal(row);
  });
  const derivatives = pushForward(sources, rows, intermediates);
  return tape.program(derivatives.map((each) => broadcastTo(each ?? tape.constant(0, dtype), [count])));
}

/**
 * Runs a program of single numbers and rows of them, each step of which works number by number, in float64: many short steps, for which
 * executors do too much.
 * @param inputs the first arguments; nothing else is read
 * @returns the results, which are rows of so many numbers
 */
export function runNumbers({ nodes, literals, outputs }: Program, inputs: readonly number[], count: number): Data[] {
  const values: (number | Data)[] = [];
  for (const { primitive, inputs: from, attributes } of nodes) {
    const operands = from.map((id) => values[id]);
    if (primitive === "input") values.push(inputs[Number(attributes.index)]);
    else if (primitive === "constant") values.push(Number(attributes.value));
    else if (primitive === "literal") values.push(numbersOf(literals[Number(attributes.index)]));
    else {
      const { kernel } = primitiveNamed(primitive);
      values.push(kernel.kind === "elementwise" ? applied(kernel.evaluate, operands, count) : operands[0]);
    }
  }
  return outputs.map((id) => {
    const value = values[id];
    return typeof value === "number" ? allocate("float64", count).fill(value) : value;
  });
}

function numbersOf(literal: NdArray): number | Data {
  const numbers = flatData(literal);
  return literal.shape.length === 0 ? numbers[0] : numbers;
}

function applied(evaluate: (...numbers: number[]) => number, operands: readonly (number | Data)[], count: number): number | Data {
  const [x, y, z] = operands;
  if (operands.every((operand): operand is number => typeof operand === "number")) return evaluate(...operands);
  const at = (operand: number | Data, i: number): number => (typeof operand === "number" ? operand : operand[i]);
  const result = allocate("float64", count);
  if (operands.length === 1) for (let i = 0; i < count; i++) result[i] = evaluate(at(x, i));
  else if (operands.length === 2) for (let i = 0; i < count; i++) result[i] = evaluate(at(x, i), at(y, i));
  else for (let i = 0; i < count; i++) result[i] = evaluate(at(x, i), at(y, i), at(z, i));
  return result;
}
