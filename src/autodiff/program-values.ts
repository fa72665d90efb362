import { NdArray } from "../ndarray/ndarray.js";
import { sizeOf, type Shape } from "../ndarray/shape.js";
import { runNode } from "./interpreter.js";
import type { ElementwiseKernel } from "./primitive.js";
import { primitiveNamed } from "./primitives/registry.js";
import type { Node, Program } from "./tape.js";

/** Which values of a program vary with two of its arguments, and what the others are: each is computed when it is first asked for. */
export class ProgramValues {
  readonly #varying: readonly boolean[];
  readonly #known: (NdArray | undefined)[] = [];
  readonly #rank: number;

  /**
   * @param varying indices of the arguments, of shape [P, 1, ...]; whatever varies with them is elementwise
   * @param input finds an argument that does not vary, by its index
   */
  constructor(
    readonly program: Program,
    readonly varying: readonly [number, number],
    readonly input: (index: number) => NdArray | undefined,
  ) {
    const vary: boolean[] = [];
    program.nodes.forEach(({ inputs }, id) => vary.push(this.argumentOf(id) >= 0 || inputs.some((from) => vary[from])));
    this.#varying = vary;
    this.#rank = program.inputs[varying[0]].shape.length;
  }

  isVarying(id: number): boolean {
    return this.#varying[id];
  }

  /** Which of the two arguments a value is, or -1. */
  argumentOf(id: number): number {
    const { primitive, attributes } = this.program.nodes[id];
    return primitive === "input" ? this.varying.indexOf(Number(attributes.index)) : -1;
  }

  /** A shape without the axis along which the arguments vary. */
  collapsed(shape: Shape): Shape {
    return shape.length === this.#rank ? [1, ...shape.slice(1)] : shape;
  }

  /** @throws RangeError when the value was not given */
  known(id: number): NdArray {
    const value = (this.#known[id] ??= this.#compute(this.program.nodes[id]));
    if (value === undefined) throw new RangeError(`value ${id} is not known`);
    return value;
  }

  #compute(node: Node): NdArray | undefined {
    const { primitive, attributes, shape, inputs, dtype } = node;
    const index = Number(attributes.index);
    if (primitive === "input") return this.input(index);
    if (primitive === "literal") return this.program.literals[index];
    if (primitive === "constant") return numberOf(Number(attributes.value), shape);
    const operands = inputs.map((from) => this.known(from));
    const { kernel } = primitiveNamed(primitive);
    // In the digits of the loops, which compute places in float64.
    if (kernel.kind === "elementwise" && sizeOf(shape) === 1) return numberOf(kernel.evaluate(...operands.map(({ data, offset }) => data[offset])), shape);
    if (kernel.kind === "elementwise" && dtype !== "int32" && operands.every((operand) => operand.size === 1 || (operand.isContiguous && operand.size === sizeOf(shape)))) {
      return new NdArray(elementsOf(kernel.evaluate, operands, sizeOf(shape)), shape);
    }
    return runNode({ ...node, dtype: node.dtype === "float32" ? "float64" : node.dtype }, operands);
  }
}

/** An elementwise function of operands, each of which is a number or has all of the elements one after another. */
function elementsOf(evaluate: ElementwiseKernel["evaluate"], operands: readonly NdArray[], size: number): Float64Array {
  const result = new Float64Array(size);
  const [a, b = a, c = a] = operands;
  const [stepA, stepB, stepC] = [a, b, c].map((operand) => (operand.size === 1 ? 0 : 1));
  const [x, y, z] = [a.data, b.data, c.data];
  for (let n = 0, i = a.offset, j = b.offset, k = c.offset; n < size; n++, i += stepA, j += stepB, k += stepC) result[n] = evaluate(x[i], y[j], z[k]);
  return result;
}

function numberOf(value: number, shape: Shape): NdArray {
  return new NdArray(Float64Array.of(value), shape, shape.map(() => 0));
}
