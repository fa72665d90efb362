/**
 * What a program's values can be over a rectangle of two of its arguments, which vary together along the first axis, as the indices of
 * pixels do.
 */
import { NdArray } from "../ndarray/ndarray.js";
import { sizeOf, type Shape } from "../ndarray/shape.js";
import { encloseFunction, encloseMultiple, encloseProduct, encloseSum, enclosedZeros, type Enclosed, type HalfEdges, type Places } from "./enclosed.js";
import { runNode } from "./interpreter.js";
import type { Node, Program } from "./tape.js";

/** A step that varies, with where the elements of its result find those of its inputs. */
interface Step {
  readonly primitive: string;
  readonly result: Enclosed;
  readonly inputs: readonly Enclosed[];
  readonly places: readonly Places[];
  /** of a ratio, what encloses one by its divisor, with places of its own */
  readonly inverse: Enclosed;
  readonly ofInverse: Places;
}

const supported: ReadonlySet<string> = new Set(["add", "sub", "mul", "div", "neg", "sqrt", "exp", "sin", "cos", "abs", "ceil", "floor"]);
const views: ReadonlySet<string> = new Set(["broadcast", "reshape", "alias"]);

export class Enclosure {
  /** along all axes but the first */
  readonly outputs: readonly Enclosed[];
  readonly half: HalfEdges = { x: 0, y: 0 };
  readonly #steps: Step[] = [];
  readonly #arguments: readonly [Enclosed, Enclosed];

  /**
   * @param program whose arguments at the indices `varying` have the shape [P, 1, ...]; whatever varies with them is elementwise
   * @param input finds an argument that does not vary, by its index
   * @throws RangeError when a step that varies cannot be enclosed
   */
  constructor(program: Program, varying: readonly [number, number], input: (index: number) => NdArray | undefined) {
    const shapeOfOne = program.inputs[varying[0]].shape;
    const collapsed = (shape: Shape): Shape => (shape.length === shapeOfOne.length ? [1, ...shape.slice(1)] : shape);
    const enclosed: (Enclosed | undefined)[] = [];
    const known: (NdArray | undefined)[] = [];
    const found = new Map<number, Enclosed>();
    const of = (node: number): Enclosed => {
      const present = enclosed[node] ?? found.get(node);
      if (present) return present;
      const array = known[node];
      if (array === undefined) throw new RangeError(`value ${node} was not computed`);
      const constant = constantOf(array, collapsed(array.shape));
      found.set(node, constant);
      return constant;
    };
    this.#arguments = [enclosedZeros(1), enclosedZeros(1)];
    const needed = neededFor(program);
    program.nodes.forEach((node, id) => {
      if (!needed.has(id)) return;
      const { primitive, attributes, shape } = node;
      const argument = primitive === "input" ? varying.indexOf(Number(attributes.index)) : -1;
      if (argument >= 0) enclosed[id] = this.#arguments[argument];
      else if (!node.inputs.some((from) => enclosed[from])) known[id] = valueOf(program, node, input, node.inputs.map((from) => known[from]));
      else if (views.has(primitive) && sizeOf(collapsed(shape)) === sizeOf(collapsed(program.nodes[node.inputs[0]].shape))) enclosed[id] = of(node.inputs[0]);
      else if (supported.has(primitive) || primitive === "broadcast") {
        const whole = collapsed(shape);
        const result = enclosedZeros(sizeOf(whole));
        const places = node.inputs.map((from) => placesIn(collapsed(program.nodes[from].shape), whole));
        const inputs = node.inputs.map(of);
        const divisors = primitive === "div" ? inputs[1].centre.length : 0;
        this.#steps.push({ primitive, result, inputs, places, inverse: enclosedZeros(divisors, inputs[1]?.isConstant), ofInverse: Int32Array.from({ length: divisors }, (_, i) => i) });
        enclosed[id] = result;
      } else throw new RangeError(`${primitive} cannot be enclosed`);
    });
    this.outputs = program.outputs.map(of);
  }

  /** Encloses the outputs over a rectangle: its centre, and half of its edges. */
  over(centreX: number, centreY: number, halfX: number, halfY: number): void {
    const [x, y] = this.#arguments;
    x.centre[0] = centreX;
    x.x[0] = 1;
    y.centre[0] = centreY;
    y.y[0] = 1;
    this.half.x = halfX;
    this.half.y = halfY;
    for (const step of this.#steps) enclose(step, this.half);
  }
}

/** Steps that the outputs need. */
function neededFor({ nodes, outputs }: Program): Set<number> {
  const needed = new Set(outputs);
  for (let id = nodes.length - 1; id >= 0; id--) if (needed.has(id)) for (const from of nodes[id].inputs) needed.add(from);
  return needed;
}

function constantOf(array: NdArray, shape: Shape): Enclosed {
  const result = enclosedZeros(sizeOf(shape), true);
  const strides = shape.map((_, axis) => array.strides[axis]);
  for (let i = 0; i < result.centre.length; i++) {
    let rest = i;
    let at = array.offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    result.centre[i] = array.data[at];
  }
  return result;
}

/** For each element of a shape, the element that stands beside it in one that broadcasts to it. */
export function placesIn(from: Shape, to: Shape): Int32Array {
  const added = to.length - from.length;
  return Int32Array.from({ length: sizeOf(to) }, (_, i) => {
    let rest = i;
    let at = 0;
    let stride = 1;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const index = rest % to[axis];
      rest = Math.floor(rest / to[axis]);
      const extent = from[axis - added] ?? 1;
      if (extent === 1) continue;
      at += index * stride;
      stride *= extent;
    }
    return at;
  });
}

function valueOf({ literals }: Program, node: Node, input: (index: number) => NdArray | undefined, operands: readonly (NdArray | undefined)[]): NdArray | undefined {
  const { primitive, attributes, shape } = node;
  const index = Number(attributes.index);
  if (primitive === "input") return input(index);
  if (primitive === "literal") return literals[index];
  if (primitive === "constant") return new NdArray(Float64Array.of(Number(attributes.value)), shape, shape.map(() => 0));
  // In the digits of the loops, which compute places in float64.
  return runNode({ ...node, dtype: node.dtype === "float32" ? "float64" : node.dtype }, operands.filter((operand) => operand !== undefined));
}

/** One step, all elements. */
function enclose({ primitive, result, inputs: [a, b], places: [atA, atB], inverse, ofInverse }: Step, half: HalfEdges): void {
  switch (primitive) {
    case "add":
      return encloseSum(result, a, atA, 1, b, atB);
    case "sub":
      return encloseSum(result, a, atA, -1, b, atB);
    case "mul":
      return encloseTimes(result, a, atA, b, atB, half);
    case "div":
      encloseFunction("inverse", inverse, b, ofInverse, half);
      return encloseTimes(result, a, atA, inverse, atB, half);
    default:
      return encloseFunction(primitive, result, a, atA, half);
  }
}

function encloseTimes(result: Enclosed, a: Enclosed, atA: Places, b: Enclosed, atB: Places, half: HalfEdges): void {
  if (a.isConstant) encloseMultiple(result, a, atA, b, atB);
  else if (b.isConstant) encloseMultiple(result, b, atB, a, atA);
  else encloseProduct(result, a, atA, b, atB, half);
}
