/**
 * What a program's values can be over a rectangle of two of its arguments, which vary together along the first axis, as the indices of
 * pixels do.
 */
import { sizeOf, type Shape } from "../ndarray/shape.js";
import { encloseMultiple, encloseProduct, encloseSum, enclosedConstant, enclosedZeros, type Enclosed, type HalfEdges, type Places } from "./enclosed.js";
import { encloseFunction } from "./enclosed-function.js";
import type { ProgramValues } from "./program-values.js";

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

const supported: ReadonlySet<string> = new Set(["broadcast", "add", "sub", "mul", "div", "neg", "sqrt", "exp", "sin", "cos", "abs", "ceil", "floor"]);
const views: ReadonlySet<string> = new Set(["broadcast", "reshape", "alias"]);

const noInverse = enclosedZeros(0);
const nowhere = new Int32Array(0);

export class Enclosure {
  /** along all axes but the first */
  readonly outputs: readonly Enclosed[];
  readonly half: HalfEdges = { x: 0, y: 0 };
  readonly #steps: Step[] = [];
  readonly #arguments: readonly Enclosed[];

  /**
   * @param values of the program, which other enclosures may share: the arguments that they take last are those of the enclosure
   * @param outputs the first of the program's that are enclosed, and the one behind the last
   * @throws RangeError when a step that varies cannot be enclosed
   */
  constructor(values: ProgramValues, [first, end]: readonly [number, number?] = [0]) {
    const { program } = values;
    const enclosed = new Map<number, Enclosed>();
    const of = (id: number): Enclosed => {
      const present = enclosed.get(id);
      if (present) return present;
      const made = values.isVarying(id) ? this.#enclosed(values, id, of) : enclosedConstant(values.numbers(id));
      enclosed.set(id, made);
      return made;
    };
    this.#arguments = [enclosedZeros(1), enclosedZeros(1)];
    this.outputs = program.outputs.slice(first, end).map(of);
  }

  /** What encloses a step that varies, and, behind those that it takes, how. */
  #enclosed(values: ProgramValues, id: number, of: (id: number) => Enclosed): Enclosed {
    const { nodes } = values.program;
    const { primitive, inputs: from, shape } = nodes[id];
    const argument = values.argumentOf(id);
    if (argument >= 0) return this.#arguments[argument];
    const whole = values.collapsed(shape);
    if (views.has(primitive) && sizeOf(whole) === sizeOf(values.collapsed(nodes[from[0]].shape))) return of(from[0]);
    if (!supported.has(primitive)) throw new RangeError(`${primitive} cannot be enclosed`);
    const inputs = from.map(of);
    const result = enclosedZeros(sizeOf(whole));
    const places = from.map((input) => placesIn(values.collapsed(nodes[input].shape), whole));
    const inverse = primitive === "div" ? enclosedZeros(inputs[1].centre.length, inputs[1].isConstant) : noInverse;
    this.#steps.push({ primitive, result, inputs, places, inverse, ofInverse: primitive === "div" ? Int32Array.from(inverse.centre, (_, i) => i) : nowhere });
    return result;
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

/** For each element of a shape, the element that stands beside it in one that broadcasts to it. */
export function placesIn(from: Shape, to: Shape): Int32Array {
  if (from.every((extent) => extent === 1)) return new Int32Array(sizeOf(to));
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
