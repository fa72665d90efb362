import { NdArray } from "../ndarray/ndarray.js";
import { sizeOf, type Shape } from "../ndarray/shape.js";
import { runNode } from "./interpreter.js";
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
    const { primitive, attributes, shape, inputs } = node;
    const index = Number(attributes.index);
    if (primitive === "input") return this.input(index);
    if (primitive === "literal") return this.program.literals[index];
    if (primitive === "constant") return numberOf(Number(attributes.value), shape);
    const operands = inputs.map((from) => this.known(from));
    const { kernel } = primitiveNamed(primitive);
    // In the digits of the loops, which compute places in float64.
    if (kernel.kind === "elementwise" && sizeOf(shape) === 1) return numberOf(kernel.evaluate(...operands.map(({ data, offset }) => data[offset])), shape);
    return runNode({ ...node, dtype: node.dtype === "float32" ? "float64" : node.dtype }, operands);
  }
}

function numberOf(value: number, shape: Shape): NdArray {
  return new NdArray(Float64Array.of(value), shape, shape.map(() => 0));
}
