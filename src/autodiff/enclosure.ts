/**
 * What a program's values can be over a rectangle of two of its arguments, which vary together along the first axis, as the indices of
 * pixels do: centre + along first · δ + along second · ε ± rest, for all |δ|, |ε| up to half the rectangle's edges. The straight part is
 * exact, so that the enclosure is hardly wider than the values themselves where these are nearly straight.
 *
 * Source: affine arithmetic, as in Comba and Stolfi, "Affine arithmetic and its applications to computer graphics" (1993), with the two
 * arguments as noise symbols and everything of second order in one rest.
 */
import { NdArray } from "../ndarray/ndarray.js";
import { sizeOf, type Shape } from "../ndarray/shape.js";
import { runNode } from "./interpreter.js";
import type { Node, Program } from "./tape.js";

/** Values along all axes but the first. */
export interface Enclosed {
  readonly centre: Float64Array;
  /** per unit of the first argument, and of the second */
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly rest: Float64Array;
  /** whether it does not vary: slopes and rest are 0 */
  readonly isConstant: boolean;
}

/** Room for rounding, in parts of a value's size. */
const rounding = 1e-13;

/** A step that varies, with where the elements of its result find those of its inputs. */
interface Step {
  readonly primitive: string;
  readonly result: Enclosed;
  readonly inputs: readonly Enclosed[];
  readonly places: readonly Int32Array[];
}

const supported: ReadonlySet<string> = new Set(["add", "sub", "mul", "div", "neg", "sqrt", "exp", "sin", "cos", "abs", "ceil", "floor"]);
const views: ReadonlySet<string> = new Set(["broadcast", "reshape", "alias"]);

export class Enclosure {
  readonly outputs: readonly Enclosed[];
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
    this.#arguments = [empty(1), empty(1)];
    program.nodes.forEach((node, id) => {
      const { primitive, attributes, shape } = node;
      const argument = primitive === "input" ? varying.indexOf(Number(attributes.index)) : -1;
      if (argument >= 0) enclosed[id] = this.#arguments[argument];
      else if (!node.inputs.some((from) => enclosed[from])) known[id] = valueOf(program, node, input, node.inputs.map((from) => known[from]));
      else if (views.has(primitive) && sizeOf(collapsed(shape)) === sizeOf(collapsed(program.nodes[node.inputs[0]].shape))) enclosed[id] = of(node.inputs[0]);
      else if (supported.has(primitive) || primitive === "broadcast") {
        const whole = collapsed(shape);
        const result = empty(sizeOf(whole));
        const places = node.inputs.map((input) => placesIn(collapsed(program.nodes[input].shape), whole));
        this.#steps.push({ primitive, result, inputs: node.inputs.map(of), places });
        enclosed[id] = result;
      } else throw new RangeError(`${primitive} cannot be enclosed`);
    });
    this.outputs = program.outputs.map(of);
  }

  /** Encloses the outputs over a rectangle: its centre, and half of its edges. */
  over(centre: readonly [number, number], half: readonly [number, number]): void {
    const [x, y] = this.#arguments;
    x.centre[0] = centre[0];
    x.first[0] = 1;
    y.centre[0] = centre[1];
    y.second[0] = 1;
    for (const step of this.#steps) enclose(step, half[0], half[1]);
  }
}

function empty(size: number, isConstant = false): Enclosed {
  return { centre: new Float64Array(size), first: new Float64Array(size), second: new Float64Array(size), rest: new Float64Array(size), isConstant };
}

function constantOf(array: NdArray, shape: Shape): Enclosed {
  const result = empty(sizeOf(shape), true);
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
function placesIn(from: Shape, to: Shape): Int32Array {
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
function enclose({ primitive, result, inputs: [x, y], places: [atX, atY] }: Step, halfFirst: number, halfSecond: number): void {
  if (y === undefined) return encloseFunction(primitive, result, x, atX, halfFirst, halfSecond);
  if (primitive === "add") return combine(result, x, atX, 1, y, atY, 1);
  if (primitive === "sub") return combine(result, x, atX, 1, y, atY, -1);
  if (primitive === "mul") {
    if (x.isConstant) return encloseMultiple(result, x, atX, y, atY);
    return y.isConstant ? encloseMultiple(result, y, atY, x, atX) : encloseProduct(result, x, atX, y, atY, halfFirst, halfSecond);
  }
  return encloseRatio(result, x, atX, y, atY, halfFirst, halfSecond);
}

function combine({ centre, first, second, rest }: Enclosed, x: Enclosed, atX: Int32Array, a: number, y: Enclosed, atY: Int32Array, b: number): void {
  for (let i = 0; i < centre.length; i++) {
    const j = atX[i];
    const k = atY[i];
    const value = a * x.centre[j] + b * y.centre[k];
    centre[i] = value;
    first[i] = a * x.first[j] + b * y.first[k];
    second[i] = a * x.second[j] + b * y.second[k];
    rest[i] = x.rest[j] + y.rest[k] + rounding * (Math.abs(x.centre[j]) + Math.abs(y.centre[k]));
  }
}

function encloseMultiple({ centre, first, second, rest }: Enclosed, factor: Enclosed, atFactor: Int32Array, x: Enclosed, atX: Int32Array): void {
  for (let i = 0; i < centre.length; i++) {
    const by = factor.centre[atFactor[i]];
    const j = atX[i];
    const value = by * x.centre[j];
    centre[i] = value;
    first[i] = by * x.first[j];
    second[i] = by * x.second[j];
    rest[i] = Math.abs(by) * x.rest[j] + rounding * Math.abs(value);
  }
}

function encloseProduct({ centre, first, second, rest }: Enclosed, x: Enclosed, atX: Int32Array, y: Enclosed, atY: Int32Array, halfFirst: number, halfSecond: number): void {
  for (let i = 0; i < centre.length; i++) {
    const j = atX[i];
    const k = atY[i];
    const cx = x.centre[j];
    const cy = y.centre[k];
    const spreadX = Math.abs(x.first[j]) * halfFirst + Math.abs(x.second[j]) * halfSecond + x.rest[j];
    const spreadY = Math.abs(y.first[k]) * halfFirst + Math.abs(y.second[k]) * halfSecond + y.rest[k];
    centre[i] = cx * cy;
    first[i] = x.first[j] * cy + cx * y.first[k];
    second[i] = x.second[j] * cy + cx * y.second[k];
    rest[i] = Math.abs(cx) * y.rest[k] + Math.abs(cy) * x.rest[j] + spreadX * spreadY + rounding * Math.abs(cx * cy);
  }
}

/** x times 1/y, whose second derivative is largest where y is nearest to 0. */
function encloseRatio({ centre, first, second, rest }: Enclosed, x: Enclosed, atX: Int32Array, y: Enclosed, atY: Int32Array, halfFirst: number, halfSecond: number): void {
  for (let i = 0; i < centre.length; i++) {
    const j = atX[i];
    const k = atY[i];
    const cx = x.centre[j];
    const inverse = 1 / y.centre[k];
    const slope = -inverse * inverse;
    const spreadY = Math.abs(y.first[k]) * halfFirst + Math.abs(y.second[k]) * halfSecond + y.rest[k];
    const least = Math.abs(y.centre[k]) - spreadY;
    const bent = least > 0 ? (spreadY * spreadY) / (least * least * least) : Infinity;
    const restOfInverse = y.rest[k] === 0 && spreadY === 0 ? 0 : -slope * y.rest[k] + bent;
    const spreadX = Math.abs(x.first[j]) * halfFirst + Math.abs(x.second[j]) * halfSecond + x.rest[j];
    const spreadOfInverse = -slope * spreadY + bent;
    centre[i] = cx * inverse;
    first[i] = x.first[j] * inverse + cx * slope * y.first[k];
    second[i] = x.second[j] * inverse + cx * slope * y.second[k];
    rest[i] = Math.abs(cx) * restOfInverse + Math.abs(inverse) * x.rest[j] + spreadX * spreadOfInverse + rounding * Math.abs(cx * inverse);
  }
}

/** A function of one number: its value and slope at the centre, and the most that its second derivative is. */
function encloseFunction(primitive: string, { centre, first, second, rest }: Enclosed, x: Enclosed, atX: Int32Array, halfFirst: number, halfSecond: number): void {
  for (let i = 0; i < centre.length; i++) {
    const j = atX[i];
    const c = x.centre[j];
    const spread = Math.abs(x.first[j]) * halfFirst + Math.abs(x.second[j]) * halfSecond + x.rest[j];
    let value = c;
    let slope = 1;
    let bend = 0;
    let jump = 0;
    switch (primitive) {
      case "neg":
        value = -c;
        slope = -1;
        break;
      case "abs":
        value = Math.abs(c);
        slope = Math.sign(c);
        if (!(value > spread)) jump = 2 * (value + spread);
        break;
      case "sqrt":
        value = Math.sqrt(c);
        slope = 0.5 / value;
        bend = c > spread ? 0.25 / ((c - spread) * Math.sqrt(c - spread)) : Infinity;
        break;
      case "exp":
        value = Math.exp(c);
        slope = value;
        bend = Math.exp(c + spread);
        break;
      case "sin":
        value = Math.sin(c);
        slope = Math.cos(c);
        bend = 1;
        break;
      case "cos":
        value = Math.cos(c);
        slope = -Math.sin(c);
        bend = 1;
        break;
      case "ceil":
        value = Math.ceil(c);
        slope = 0;
        jump = Math.max(Math.ceil(c + spread) - value, value - Math.ceil(c - spread));
        break;
      case "floor":
        value = Math.floor(c);
        slope = 0;
        jump = Math.max(Math.floor(c + spread) - value, value - Math.floor(c - spread));
        break;
      default:
        break;
    }
    centre[i] = value;
    first[i] = slope * x.first[j];
    second[i] = slope * x.second[j];
    rest[i] = Math.abs(slope) * x.rest[j] + (spread === 0 ? 0 : 0.5 * bend * spread * spread) + jump + rounding * Math.abs(value);
  }
}
