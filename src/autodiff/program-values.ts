import { copy, NdArray, zeros } from "../ndarray/ndarray.js";
import { sizeOf, type Shape } from "../ndarray/shape.js";
import { runNode } from "./interpreter.js";
import type { ElementwiseKernel } from "./primitive.js";
import { primitiveNamed } from "./primitives/registry.js";
import type { Node, Program } from "./tape.js";

/** A value that does not vary. */
interface Fixed {
  /** its numbers, of the arguments that were taken last */
  readonly array: NdArray;
  readonly from: readonly Fixed[];
  /** which argument it is, or -1 */
  readonly argument: number;
  /** writes its numbers anew, where that is not done with those of another value */
  readonly compute: (() => void) | undefined;
  /** whether its numbers were others before */
  hasChanged: boolean;
}

/**
 * Which values of a program vary with two of its arguments, and what the others are. Those that are asked for stand in places of their
 * own: other arguments compute anew what depends on them, and nothing else.
 */
export class ProgramValues {
  readonly #varying: readonly boolean[];
  readonly #rank: number;
  readonly #fixed = new Map<number, Fixed>();
  /** each behind those that it is made of */
  readonly #inOrder: Fixed[] = [];
  /** those that have not been computed yet */
  readonly #fresh = new Set<Fixed>();

  /** @param varying indices of the arguments, of shape [P, 1, ...]; whatever varies with them is elementwise */
  constructor(
    readonly program: Program,
    readonly varying: readonly [number, number],
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

  /** Where the numbers of a value that does not vary stand, in order, without that axis, when arguments have been taken. */
  numbers(id: number): Float64Array {
    const of = this.#fixedAt(id);
    const { data, offset, isContiguous } = of.array;
    const shape = this.collapsed(this.program.nodes[id].shape);
    const size = sizeOf(shape);
    if (isContiguous && offset === 0 && data.length === size && data instanceof Float64Array) return data;
    const numbers = new Float64Array(size);
    this.#add({ array: new NdArray(numbers, shape), from: [of], argument: -1, compute: () => copyElements(of.array, shape, numbers), hasChanged: false });
    return numbers;
  }

  /** Whether a value that does not vary had other numbers before the last arguments were taken. */
  hasChanged(id: number): boolean {
    return this.#fixedAt(id).hasChanged;
  }

  /**
   * Takes arguments.
   * @param input finds one that does not vary, by its index
   * @throws RangeError when one that is needed was not given
   */
  take(input: (index: number) => NdArray | undefined): void {
    for (const fixed of this.#inOrder) {
      const { array, from, argument, compute } = fixed;
      const isFresh = this.#fresh.has(fixed);
      if (argument < 0) fixed.hasChanged = isFresh || from.some(({ hasChanged }) => hasChanged);
      else {
        const given = input(argument);
        if (given === undefined) throw new RangeError(`argument ${argument} is not known`);
        fixed.hasChanged = replace(array, given) || isFresh;
      }
      if (fixed.hasChanged) compute?.();
    }
    this.#fresh.clear();
  }

  #fixedAt(id: number): Fixed {
    const fixed = this.#fixed.get(id) ?? this.#add(this.#made(this.program.nodes[id]));
    this.#fixed.set(id, fixed);
    return fixed;
  }

  #add(fixed: Fixed): Fixed {
    this.#inOrder.push(fixed);
    this.#fresh.add(fixed);
    return fixed;
  }

  #made(node: Node): Fixed {
    const { primitive, attributes, shape, inputs, dtype } = node;
    const from = inputs.map((id) => this.#fixedAt(id));
    const at = (array: NdArray, compute?: () => void, argument = -1): Fixed => ({ array, from, argument, compute, hasChanged: false });
    const size = sizeOf(shape);
    // In the digits of the loops, which compute places in float64.
    const wide = dtype === "float32" ? "float64" : dtype;
    if (primitive === "input") return at(zeros(shape, wide), undefined, Number(attributes.index));
    if (primitive === "literal") return at(this.program.literals[Number(attributes.index)]);
    if (primitive === "constant") return at(numberOf(Number(attributes.value), shape));
    const operands = from.map(({ array }) => array);
    const { kernel } = primitiveNamed(primitive);
    if (kernel.kind === "view") return at(kernel.view(operands[0], attributes));
    const isPlain = size === 1 || (dtype !== "int32" && operands.every((operand) => operand.size === 1 || (operand.isContiguous && operand.size === size)));
    if (kernel.kind === "elementwise" && isPlain) {
      const result = size === 1 ? numberOf(0, shape) : zeros(shape);
      return at(result, () => writeElements(kernel.evaluate, operands, result));
    }
    const result = zeros(shape, wide);
    return at(result, () => void runNode({ ...node, dtype: wide }, operands, result));
  }
}

/** Writes other numbers into an array that stands in order; returns whether there are any. */
function replace({ data: to }: NdArray, given: NdArray): boolean {
  const { data: from, offset } = given.isContiguous ? given : copy(given);
  let isOther = false;
  for (let i = 0; i < to.length; i++) {
    const number = from[offset + i];
    if (Object.is(number, to[i])) continue;
    to[i] = number;
    isOther = true;
  }
  return isOther;
}

/** Writes an elementwise function of operands, each of which is a number or has all of the elements one after another. */
function writeElements(evaluate: ElementwiseKernel["evaluate"], operands: readonly NdArray[], { data: result }: NdArray): void {
  const [a, b = a, c = a] = operands;
  const stepA = a.size === 1 ? 0 : 1;
  const stepB = b.size === 1 ? 0 : 1;
  const stepC = c.size === 1 ? 0 : 1;
  const x = a.data;
  const y = b.data;
  const z = c.data;
  for (let n = 0, i = a.offset, j = b.offset, k = c.offset; n < result.length; n++, i += stepA, j += stepB, k += stepC) result[n] = evaluate(x[i], y[j], z[k]);
}

/** Writes the elements of an array, of which a shape takes the first ones along some axes, in order. */
function copyElements({ data, offset, strides }: NdArray, shape: Shape, into: Float64Array): void {
  for (let i = 0; i < into.length; i++) {
    let rest = i;
    let at = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    into[i] = data[at];
  }
}

function numberOf(value: number, shape: Shape): NdArray {
  return new NdArray(Float64Array.of(value), shape, shape.map(() => 0));
}
