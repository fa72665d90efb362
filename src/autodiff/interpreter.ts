import type { Data } from "../ndarray/dtype.js";
import { copy, forEachRun, full, NdArray, zeros } from "../ndarray/ndarray.js";
import { sizeOf } from "../ndarray/shape.js";
import { broadcastTo } from "../ndarray/views.js";
import { BufferPool } from "./buffer-pool.js";
import { primitiveNamed, type ArrayKernel, type ElementwiseKernel } from "./primitive.js";
import { checkInputs, type Attributes, type Node, type Program } from "./tape.js";

/** Runs a program on arguments; the results are the caller's own. */
export type Run = (inputs: readonly NdArray[]) => NdArray[];

/**
 * Prepares a program to be run node by node, as it stands: slow and plain, the oracle of every other executor.
 * Memory goes back to the pool as soon as nothing needs it.
 */
export function interpret(program: Program, pool = new BufferPool()): Run {
  const { nodes, outputs } = program;
  const releases = lastUses(program);

  return (inputs) => {
    checkInputs(program, inputs);
    const values: NdArray[] = [];
    const owned: (Data | undefined)[] = [];
    nodes.forEach((node, id) => {
      const { primitive, attributes, shape, dtype } = node;
      const index = Number(attributes.index);
      if (primitive === "input") values[id] = inputs[index];
      else if (primitive === "literal") values[id] = program.literals[index];
      else if (primitive === "constant") values[id] = full(shape, Number(attributes.value), dtype);
      else {
        const { kernel } = primitiveNamed(primitive);
        const operands = node.inputs.map((input) => values[input]);
        if (kernel.kind === "view") values[id] = kernel.view(operands[0], attributes);
        else {
          const data = pool.take(dtype, sizeOf(shape));
          owned[id] = data;
          values[id] = new NdArray(data, shape);
          runInto(values[id], kernel, operands, attributes);
        }
      }
      for (const done of releases[id]) {
        const data = owned[done];
        if (data !== undefined) pool.give(nodes[done].dtype, data);
      }
    });
    const given = new Set<Data>();
    return outputs.map((id) => {
      const data = owned[id];
      if (data === undefined || given.has(data)) return copy(values[id]);
      given.add(data);
      return values[id];
    });
  };
}

/** For every node, the nodes whose memory nothing reads after it, neither directly nor through a view. */
function lastUses({ nodes, outputs }: Program): number[][] {
  const owner: number[] = [];
  const last: number[] = [];
  nodes.forEach(({ primitive, inputs }, id) => {
    const isView = inputs.length > 0 && primitiveNamed(primitive).kernel.kind === "view";
    owner[id] = isView ? owner[inputs[0]] : id;
    last[id] = id;
    for (const input of inputs) last[owner[input]] = id;
  });
  const releases: number[][] = nodes.map(() => []);
  const needed = new Set(outputs.map((id) => owner[id]));
  last.forEach((at, id) => {
    if (owner[id] === id && !needed.has(id)) releases[at].push(id);
  });
  return releases;
}

/**
 * One node's numbers: in memory of their own, or, of a view, in the input's.
 * @param memory takes them if given
 */
export function runNode({ primitive, attributes, shape, dtype }: Node, operands: readonly NdArray[], memory?: NdArray): NdArray {
  const { kernel } = primitiveNamed(primitive);
  if (kernel.kind === "view") return kernel.view(operands[0], attributes);
  const output = memory ?? zeros(shape, dtype);
  runInto(output, kernel, operands, attributes);
  return output;
}

function runInto(output: NdArray, kernel: ElementwiseKernel | ArrayKernel, operands: readonly NdArray[], attributes: Attributes): void {
  if (kernel.kind === "elementwise") return runElementwise(kernel, output, operands);
  output.data.fill(0);
  kernel.run(output, operands, attributes);
}

function runElementwise(kernel: ElementwiseKernel, output: NdArray, inputs: readonly NdArray[]): void {
  const evaluate = (output.dtype === "int32" ? kernel.evaluateIntegers : undefined) ?? kernel.evaluate;
  const operands = inputs.map((input) => broadcastTo(input, output.shape));
  const [to, x, y, z] = [output, ...operands].map(({ data }) => data);
  forEachRun([output, ...operands], (count, starts, strides) => {
    if (operands.length === 1) runUnary(evaluate, count, starts, strides, to, x);
    else if (operands.length === 2) runBinary(evaluate, count, starts, strides, to, x, y);
    else runTernary(evaluate, count, starts, strides, to, x, y, z);
  });
}

// Three functions, and places read one by one: a run may be as short as 4 elements, and to take a list apart costs as much.

type Evaluate = ElementwiseKernel["evaluate"];
type Places = readonly number[];

function runUnary(evaluate: Evaluate, count: number, starts: Places, strides: Places, to: Data, x: Data): void {
  let o = starts[0];
  let i = starts[1];
  for (let n = 0; n < count; n++, o += strides[0], i += strides[1]) to[o] = evaluate(x[i]);
}

function runBinary(evaluate: Evaluate, count: number, starts: Places, strides: Places, to: Data, x: Data, y: Data): void {
  let o = starts[0];
  let i = starts[1];
  let j = starts[2];
  for (let n = 0; n < count; n++, o += strides[0], i += strides[1], j += strides[2]) to[o] = evaluate(x[i], y[j]);
}

function runTernary(evaluate: Evaluate, count: number, starts: Places, strides: Places, to: Data, x: Data, y: Data, z: Data): void {
  let o = starts[0];
  let i = starts[1];
  let j = starts[2];
  let k = starts[3];
  for (let n = 0; n < count; n++, o += strides[0], i += strides[1], j += strides[2], k += strides[3]) {
    to[o] = evaluate(x[i], y[j], z[k]);
  }
}
