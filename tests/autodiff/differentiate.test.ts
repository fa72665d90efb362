import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkGradients, type GradientCheck } from "../../src/autodiff/check-gradients.js";
import { evaluate, grad, jvp, valueAndGrad, valueAndGradWithAuxiliary, vjp, type WithAuxiliary } from "../../src/autodiff/differentiate.js";
import { pushForward } from "../../src/autodiff/forward.js";
import { interpret } from "../../src/autodiff/interpreter.js";
import { add, exp, mul, sin, sub } from "../../src/autodiff/primitives/elementwise.js";
import { broadcastTo, sum, total } from "../../src/autodiff/primitives/sum.js";
import { slice } from "../../src/autodiff/primitives/slice.js";
import { pullBack } from "../../src/autodiff/reverse.js";
import { Tape, Variable, type Quantity } from "../../src/autodiff/tape.js";
import { DTypeError, InputError, ShapeError } from "../../src/ndarray/errors.js";
import { array, equals, fromData, full, scalar, toNested, zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { solidAngle } from "../../src/physics/scattering.js";
import { broadcastTo as repeat, flip } from "../../src/ndarray/views.js";
import { untyped } from "../untyped.js";
import { isClose, refuses } from "./assertions.js";
import { between } from "./draws.js";
import { anyFormula, type Formula } from "./expressions.js";

/** Σ 100 (x[i+1] - x[i]²)² + (1 - x[i])² */
function rosenbrock(x: Variable): Variable {
  const here = slice(x, { stop: -1 });
  const rest = sub(slice(x, { start: 1 }), mul(here, here));
  const short = sub(1, here);
  return total(add(mul(100, rest, rest), mul(short, short)));
}

/** Its gradient and its second derivative along v, differentiated by hand. */
function rosenbrockByHand(x: readonly number[], v: readonly number[]): { gradient: number[]; curvature: number[] } {
  const gradient = x.map(() => 0);
  const curvature = x.map(() => 0);
  for (let i = 0; i + 1 < x.length; i++) {
    const rest = x[i + 1] - x[i] ** 2;
    gradient[i] += -400 * x[i] * rest - 2 * (1 - x[i]);
    gradient[i + 1] += 200 * rest;
    curvature[i] += (-400 * rest + 800 * x[i] ** 2 + 2) * v[i] - 400 * x[i] * v[i + 1];
    curvature[i + 1] += 200 * v[i + 1] - 400 * x[i] * v[i];
  }
  return { gradient, curvature };
}

test("Rosenbrock's valley has the slope and the curvature that a hand calculation gives", () => {
  const x = [-1.2, 1, 0.5, 1.7];
  const v = [0.3, -1, 2, 0.7];
  const { gradient, curvature } = rosenbrockByHand(x, v);
  isClose(grad(rosenbrock)(array(x)), array(gradient), 1e-14);
  const along = (p: Variable): Variable => total(mul(grad(rosenbrock)(p), array(v)));
  isClose(grad(along)(array(x)), array(curvature), 1e-14);
  isClose(jvp<Variable>((p) => grad(rosenbrock)(p))(array(x), array(v)).tangent, array(curvature), 1e-14);
  const slopeAlong = (p: Variable): Variable => jvp(rosenbrock)(p, p.tape.literal(array(v))).tangent;
  isClose(grad(slopeAlong)(array(x)), array(curvature), 1e-14);
});

test("derivatives of derivatives go on: x⁴ down to 24", () => {
  const derivatives = [(x: Variable): Variable => mul(x, x, x, x)];
  for (let i = 0; i < 5; i++) derivatives.push(grad(derivatives[i]));
  assert.equal(derivatives.map((f) => evaluate(f)(scalar(2)).item()), [16, 32, 48, 48, 24, 0]);
});

test("value, gradient, pullback and pushforward of one function agree", () => {
  const f = (x: Variable): Variable => total(exp(sin(x)));
  const x = array([0.2, 0.4]);
  const { value, gradient } = valueAndGrad(f)(x);
  assert.ok(equals(value, evaluate(f)(x)));
  assert.ok(equals(gradient, grad(f)(x)));
  assert.ok(equals(gradient, vjp(f)(x, scalar(1)).gradient));
  isClose(jvp(f)(x, array([1, 0])).tangent, scalar(gradient.get(0)), 1e-15);
});

const anyNumber = between(-1.5, 1.5).filter((x) => Math.abs(x) > 0.2);

test("random formulas have the derivatives that differences show, and the value that plain numbers give", () => {
  const cases = fc.record({ formula: anyFormula(3), numbers: fc.tuple(anyNumber, anyNumber, anyNumber) });
  fc.assert(
    fc.property(cases, ({ formula, numbers }) => {
      const f = recorded(formula);
      agrees(checkGradients(f)(numbers.map((x) => scalar(x))));
      assert.is(evaluate(f)(numbers.map((x) => scalar(x))).item(), Number(formula(numbers)));
    }),
    { numRuns: 200 },
  );
});

test("random formulas have the second derivatives that differences of their gradient show", () => {
  const cases = fc.record({ formula: anyFormula(2), numbers: fc.tuple(anyNumber, anyNumber) });
  fc.assert(
    fc.property(cases, ({ formula, numbers }) => {
      const slope = (x: Variable[]): Variable => {
        const [first, second] = grad(recorded(formula))(x);
        return add(first, mul(0.7, second));
      };
      agrees(checkGradients(slope)(numbers.map((x) => scalar(x))));
    }),
    { numRuns: 100 },
  );
});

test("trees of parameters go in, and gradients come out in the same tree", () => {
  interface Model<T> {
    readonly cell: { readonly a: T; readonly angles: readonly T[] };
    readonly scale: T;
    readonly unused: T;
  }
  const f = ({ cell, scale }: Model<Variable>): Variable => total(mul(scale, cell.a, cell.angles[0], sin(cell.angles[1])));
  const parameters: Model<NdArray> = {
    cell: { a: array([1, 2]), angles: [scalar(3), array([0.5, 0.25])] },
    scale: scalar(2),
    unused: zeros([2, 2]),
  };
  const { gradient } = valueAndGrad(f)(parameters);
  assert.equal(Object.keys(gradient), Object.keys(parameters));
  isClose(gradient.cell.a, array([6 * Math.sin(0.5), 6 * Math.sin(0.25)]), 1e-15);
  isClose(gradient.cell.angles[0], scalar(2 * Math.sin(0.5) + 4 * Math.sin(0.25)), 1e-15);
  isClose(gradient.cell.angles[1], array([6 * Math.cos(0.5), 12 * Math.cos(0.25)]), 1e-15);
  assert.equal(toNested(gradient.unused), [[0, 0], [0, 0]]);
});

test("tangents are found by their names, not by the order of the keys", () => {
  const f = ({ x, y }: { x: Variable; y: Variable }): Variable => add(mul(2, x), mul(3, y));
  const { tangent } = jvp(f)({ x: scalar(0), y: scalar(0) }, { y: scalar(10), x: scalar(1) });
  assert.is(tangent.item(), 32);
});

test("one array in two places of a tree is two parameters", () => {
  const f = ({ x, y }: { x: Variable; y: Variable }): Variable => mul(x, y, y);
  const same = scalar(3);
  const byHand = { x: 9, y: 18 };
  const gradient = grad(f)({ x: same, y: same });
  assert.equal([gradient.x.item(), gradient.y.item()], [byHand.x, byHand.y]);
  const nested = evaluate<Variable>((p) => grad(f)({ x: p, y: p }).x)(same);
  assert.is(nested.item(), byHand.x);
});

test("what a function has in its closure does not vary with its parameters, even where it is the same value", () => {
  const x = scalar(3);
  const product = (p: Variable): Variable => grad<Variable>((q) => mul(q, p))(p);
  assert.is(evaluate(product)(x).item(), 3);
  assert.is(grad(product)(x).item(), 1);
  const made = (p: Variable): Variable => grad<Variable>((q) => mul(q, sin(p)))(sin(p));
  isClose(evaluate(made)(x), scalar(Math.sin(3)), 1e-15);
  const pushed = (p: Variable): Variable => jvp<Variable>((q) => mul(q, p))(p, p.tape.constant(1, p.dtype)).tangent;
  assert.is(evaluate(pushed)(x).item(), 3);
  const both = (p: Variable): Variable => {
    const parameters = { x: p, y: mul(p, 2) };
    return grad(({ x: first, y: second }: typeof parameters) => mul(first, second))(parameters).x;
  };
  assert.is(evaluate(both)(x).item(), 6);
});

test("a function that does not depend on its parameters has gradient and tangent zero", () => {
  const f = (x: Variable): Variable => total(x.tape.literal(array([1, 2])));
  assert.equal(toNested(grad(f)(array([5, 6, 7]))), [0, 0, 0]);
  assert.is(jvp(f)(array([5]), array([1])).tangent.item(), 0);
});

test("the sources of a walk over the tape are independent of each other", () => {
  const tape = new Tape();
  const x = tape.input({ shape: [], dtype: "float64" });
  const y = mul(x, 2);
  const target = mul(x, y);
  const one = tape.constant(1, "float64");
  const found = [...pullBack([target], [one], [x, y]), ...pushForward([x, y], [one, one], [target])];
  const program = tape.program(found.filter((each) => each !== undefined));
  assert.equal(interpret(program)([scalar(3)]).map((value) => value.item()), [6, 3, 9]);
});

test("a tangent has the shape of the value, even where its parameter is repeated", () => {
  const { value, tangent } = jvp<Variable>((x) => add(x, x.tape.literal(array([1, 2, 3]))))(array([10]), array([5]));
  assert.equal(toNested(value), [11, 12, 13]);
  assert.equal(toNested(tangent), [5, 5, 5]);
});

test("a function that gives a parameter back has gradient one", () => {
  assert.is(grad<Variable>((x) => x)(scalar(4)).item(), 1);
  const { value, gradient } = vjp<Variable>((x) => x)(array([4, 5]), array([6, 7]));
  assert.equal([toNested(value), toNested(gradient)], [[4, 5], [6, 7]]);
});

test("parameters that are repeated or reversed views have a gradient for every element that is seen", () => {
  const repeated = repeat(scalar(2), [3]);
  assert.equal(toNested(grad<Variable>((x) => total(mul(x, x)))(repeated)), [4, 4, 4]);
  const backwards = flip(array([1, 2, 3]), 0);
  assert.equal(toNested(grad<Variable>((x) => total(mul(x, x)))(backwards)), [6, 4, 2]);
  const shared = fromData(new Float32Array(new SharedArrayBuffer(8)));
  assert.equal(toNested(grad<Variable>((x) => total(exp(x)))(shared)), [1, 1]);
});

test("a gradient has the dtype of its parameter", () => {
  for (const dtype of ["float32", "float64"] as const) {
    const { value, gradient } = valueAndGrad<Variable>((x) => total(exp(mul(x, 0.1))))(full([2], 1, dtype));
    assert.equal([value.dtype, gradient.dtype], [dtype, dtype]);
  }
});

test("a gradient of more than one number is refused, and of one number in any shape is not", () => {
  refuses(() => grad<Variable>((x) => x)(array([1, 2])), ShapeError, "[2]", "vjp");
  assert.equal(toNested(grad<Variable>((x) => sum(x))(array([[1, 2]]))), [[1, 1]]);
});

test("cotangents and tangents of another shape, dtype or form are refused", () => {
  const f = (x: Variable): Variable => broadcastTo(x, [2, 3]);
  const x = array([1, 2, 3]);
  refuses(() => vjp(f)(x, x), ShapeError, "cotangent", "[3]", "[2, 3]");
  refuses(() => vjp(f)(x, zeros([2, 3], "float32")), DTypeError, "cotangent", "float32", "float64");
  refuses(() => jvp(f)(x, scalar(1)), ShapeError, "tangent", "[]", "[3]");
  refuses(() => jvp(f)(x, zeros([3], "float32")), DTypeError, "tangent", "float32", "float64");
  const pair = ([p, q]: readonly Variable[]): Variable => add(p, q);
  refuses(() => jvp(pair)([x, x], [x]), InputError, "different forms");
});

test("what is not a tree of arrays is refused", () => {
  const f = ({ x }: { x: Variable }): Variable => x;
  const odd: { x: NdArray } = { x: JSON.parse('"3"') };
  refuses(() => evaluate(f)(odd), InputError, "3");
  const nothing: { x: NdArray } = JSON.parse("{}");
  for (const refused of [() => evaluate(f)(nothing), () => grad(f)(nothing), () => valueAndGrad(f)(nothing)]) refuses(refused, InputError, "at least one array");
});

test("operands without a tape, or with two, are refused", () => {
  const outer = new Tape().input({ shape: [], dtype: "float64" });
  refuses(() => evaluate<Variable>((x) => mul(x, outer))(scalar(1)), ShapeError, "two different tapes");
  refuses(() => evaluate<Variable>(() => outer)(scalar(1)), ShapeError, "another tape");
});

test("a function that returns something else than a recorded value is refused, and what it returns is named", () => {
  const x = scalar(1);
  for (const [given, named] of [[3, "3"], [undefined, "undefined"], [[1], "a list"], [x, "an NdArray"]] as const) {
    const f = (): Variable => untyped(given);
    for (const refused of [() => evaluate<Variable>(f)(x), () => grad<Variable>(f)(x), () => valueAndGrad<Variable>(f)(x)]) refuses(refused, InputError, `returns ${named}`);
    refuses(() => vjp<Variable>(f)(x, x), InputError, `returns ${named}`);
    refuses(() => jvp<Variable>(f)(x, x), InputError, `returns ${named}`);
  }
});

test("an operand that is neither recorded, nor an array, nor a number is refused by its place", () => {
  for (const [given, named] of [[undefined, "undefined"], [null, "null"], [[1, 2], "a list"], ["1", 'the string "1"'], [{}, "a plain object"]] as const) {
    refuses(() => grad<Variable>((x) => mul(x, untyped(given)))(scalar(1)), InputError, `mul: operand 1 is ${named}`);
    refuses(() => grad<Variable>((x) => sub(untyped(given), x))(scalar(1)), InputError, `sub: operand 0 is ${named}`);
  }
});

/** Asserts that differences agree, or show that there is nothing but their rounding. */
function agrees({ reverse, forward, numerical, relativeError }: GradientCheck): void {
  const largest = Math.max(Math.abs(reverse), Math.abs(forward), Math.abs(numerical));
  assert.ok(relativeError < 1e-6 || largest < 1e-10, `${reverse}, ${forward} and ${numerical}`);
}

function recorded(formula: Formula): (values: readonly Variable[]) => Variable {
  return (values) => {
    const value: Quantity = formula(values);
    return typeof value === "number" ? values[0].tape.constant(value, values[0].dtype) : value;
  };
}

interface Line {
  readonly slope: Quantity;
  readonly x: Variable;
}

test("numbers are parameters beside arrays, in the dtype of these, and an interface is a tree", () => {
  const f = ({ slope, x }: Line): Quantity => total(mul(slope, x, x));
  const { value, gradient } = valueAndGrad(f)({ slope: 2, x: array([1, 3]) });
  const bySlope: number = gradient.slope;
  assert.equal([value.item(), bySlope, toNested(gradient.x)], [20, 10, [4, 12]]);
  assert.is(valueAndGrad(f)({ slope: 2, x: array([1, 3], "float32") }).value.dtype, "float32");
  assert.is(grad((p: { readonly a: Variable }) => mul(p.a, p.a))({ a: 3 }).a, 6);
});

test("results are trees, too, and so are their tangents and cotangents", () => {
  const f = (x: Variable): { readonly square: Variable; readonly both: readonly Variable[] } => ({ square: mul(x, x), both: [sin(x), mul(2, x)] });
  const x = array([1, 2]);
  const { square, both } = evaluate(f)(x);
  assert.equal([toNested(square), toNested(both[1])], [[1, 4], [2, 4]]);
  const pushed = jvp(f)(x, array([1, 1]));
  assert.equal(toNested(pushed.tangent.square), [2, 4]);
  const pulled = vjp(f)(x, { square: array([1, 1]), both: [array([0, 0]), array([1, 0])] });
  assert.equal(toNested(pulled.gradient), [4, 4]);
});

test("what else there is to know of a loss comes beside its value and gradient", () => {
  const f = (x: Variable): WithAuxiliary<{ readonly residuals: Variable }> => {
    const residuals = sub(x, 1);
    return { value: total(mul(residuals, residuals)), auxiliary: { residuals } };
  };
  const { value, gradient, auxiliary } = valueAndGradWithAuxiliary(f)(array([1, 3]));
  assert.equal([value.item(), toNested(gradient), toNested(auxiliary.residuals)], [4, [0, 4], [0, 2]]);
});

test("a gradient inside of a function uses the variables of the function around", () => {
  const inner = (x: Variable): Variable => total(mul(x, grad<Variable>((y) => total(mul(x, y, y)))(array([1, 2]))));
  // Of x: x times 2 x y, summed over y.
  assert.equal(toNested(evaluate<Variable>(inner)(array([3, 5]))), 2 * 9 * 1 + 2 * 25 * 2);
  assert.equal(toNested(grad<Variable>(inner)(array([3, 5]))), [4 * 3 * 1, 4 * 5 * 2]);
});

test("a function of physics is differentiated as it is", () => {
  const f = ({ distance }: { readonly distance: Quantity }): Quantity => solidAngle(1e-4, distance, 0.1);
  assert.ok(Math.abs(grad(f)({ distance: 0.1 }).distance / ((-3 * 1e-8 * 0.1) / 0.1 ** 4) - 1) < 1e-12);
});

test.run();
