/** What holds for every primitive of the registry. */
import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkGradients } from "../../src/autodiff/check-gradients.js";
import { evaluate, jvp, vjp } from "../../src/autodiff/differentiate.js";
import { add, mul } from "../../src/autodiff/primitives/elementwise.js";
import { primitiveNamed, primitives, type PrimitiveName } from "../../src/autodiff/primitives/registry.js";
import { total } from "../../src/autodiff/primitives/sum.js";
import { Tape, type Variable } from "../../src/autodiff/tape.js";
import type { DType, FloatDType } from "../../src/ndarray/dtype.js";
import { DTypeError, ShapeError } from "../../src/ndarray/errors.js";
import { copy, type NdArray } from "../../src/ndarray/ndarray.js";
import { broadcastShapes } from "../../src/ndarray/shape.js";
import { anyView, elementsOf, indicesOf } from "../arbitraries.js";
import { isClose, refuses } from "./assertions.js";
import { between, broadcastGet, draw, layouts, type Layout } from "./draws.js";
import { clearance } from "./cases/operands.js";
import { primitiveCases } from "./primitive-cases.js";
import type { Case, Sample } from "./cases/case.js";

const everyCase: readonly [name: string, entry: Case][] = Object.entries(primitiveCases);
const floats: readonly FloatDType[] = ["float64", "float32"];
const gradientTolerance = { float64: 1e-6, float32: 2e-2 };
const valueTolerance = { float64: 1e-12, float32: 1e-5 };

/** Asserts something of samples of a primitive. */
function forSamples(
  entry: Case,
  dtype: DType,
  layout: Layout,
  purpose: "value" | "derivative",
  runs: number,
  check: (sample: Sample) => void,
): void {
  fc.assert(fc.property(entry.draw(draw(dtype, layout, purpose)), check), { numRuns: runs });
}

function valueOf({ inputs, apply }: Sample): NdArray {
  return evaluate<Variable[]>(apply)(inputs);
}

test("a case exists for every primitive, and records it", () => {
  assert.equal(Object.keys(primitiveCases).sort(), Object.keys(primitives).sort());
  for (const [name, entry] of everyCase) {
    assert.is(primitiveNamed(name).name, name);
    let records = 0;
    forSamples(entry, "float64", "contiguous", "value", 40, ({ inputs, apply }) => {
      const tape = new Tape();
      apply(inputs.map((input) => tape.input(input)));
      if (tape.nodes.some(({ primitive }) => primitive === name)) records++;
    });
    assert.ok(records >= 5, `only ${records} of 40 samples record ${name}`);
  }
});

for (const [name, entry] of everyCase) {
  test(`${name} computes what loops over its elements compute, in any layout`, () => {
    for (const dtype of floats) {
      for (const layout of layouts) {
        forSamples(entry, dtype, layout, "value", 6, (sample) => {
          isClose(valueOf(sample), sample.reference(sample.inputs), valueTolerance[dtype]);
        });
      }
    }
  });

  test(`${name} has the derivatives that differences show, in any layout`, () => {
    if (entry.isStopped) return;
    for (const dtype of floats) {
      for (const layout of layouts) {
        forSamples(entry, dtype, layout, "derivative", 4, ({ inputs, apply }) => {
          keepsClear(name, inputs);
          const { relativeError } = checkGradients<Variable[]>(apply)(inputs);
          assert.ok(relativeError < gradientTolerance[dtype], `${name}, ${dtype}, ${layout}: ${relativeError}`);
        });
      }
    }
  });

  test(`${name} has the second derivatives that differences of its gradient show`, () => {
    for (const dtype of floats) {
      const cases = entry.draw(draw(dtype, "any", "derivative")).chain((sample) => {
        const alike = ({ shape }: NdArray): fc.Arbitrary<NdArray> => anyView({ shape, dtype, element: between(-1, 1) });
        return fc.record({
          sample: fc.constant(sample),
          cotangent: alike(valueOf(sample)),
          directions: fc.tuple(...sample.inputs.map(alike)),
        });
      });
      const check = fc.property(cases, ({ sample: { inputs, apply }, cotangent, directions }) => {
        const { relativeError } = checkGradients(slopeOf(apply))({ inputs: [...inputs], cotangent, directions });
        assert.ok(relativeError < gradientTolerance[dtype], `${name}, ${dtype}: ${relativeError}`);
      });
      fc.assert(check, { numRuns: 8 });
    }
  });

  test(`${name} gives the dtype that it is given, and refuses a mixture`, () => {
    for (const dtype of floats) {
      forSamples(entry, dtype, "contiguous", "value", 4, (sample) => {
        assert.is(valueOf(sample).dtype, dtype);
        if (sample.inputs.length < 2) return;
        const other = dtype === "float32" ? "float64" : "float32";
        sample.inputs.forEach((_, odd) => {
          const mixed = sample.inputs.map((input, i) => (i === odd ? copy(input, other) : input));
          refuses(() => valueOf({ ...sample, inputs: mixed }), DTypeError, "float32", "float64");
        });
      });
    }
  });

  test(`${name} ${entry.integers ? "computes with" : "refuses"} integers`, () => {
    forSamples(entry, "int32", "any", "value", 10, (sample) => {
      if (!entry.integers) return refuses(() => valueOf(sample), DTypeError, name, "int32");
      const value = valueOf(sample);
      assert.is(value.dtype, "int32");
      isClose(value, sample.reference(sample.inputs), 0);
    });
  });

  test(`${name} pulls back what it does not push forward otherwise: <vjp(c), t> = <c, jvp(t)>`, () => {
    forSamples(entry, "float64", "any", "derivative", 20, ({ inputs, apply }) => {
      const tangents = inputs.map((input, i) => wave(input, i + 1));
      const { value, tangent } = jvp<Variable[]>(apply)(inputs, tangents);
      const cotangent = wave(value, 5);
      const { gradient } = vjp<Variable[]>(apply)(inputs, cotangent);
      const pulled = gradient.reduce((sum, each, i) => sum + dot(each, tangents[i]), 0);
      const pushed = dot(cotangent, tangent);
      assert.ok(Math.abs(pulled - pushed) <= 1e-12 * Math.max(1, Math.abs(pushed)), `${pulled} is not ${pushed}`);
      if (!entry.linear) return;
      isClose(evaluate<Variable[]>(apply)(tangents), tangent, 1e-12);
      const [input, output] = [inputs.reduce((sum, each, i) => sum + dot(gradient[i], each), 0), dot(cotangent, value)];
      assert.ok(Math.abs(input - output) <= 1e-12 * Math.max(1, Math.abs(output)), `${input} is not ${output}`);
    });
  });
}

const inTheGrid: readonly PrimitiveName[] = ["tricubic", "tricubicScatter", "nearest", "nearestScatter"];
test("a lookup is linear in the grid, but for what stands outside of it", () => {
  for (const name of inTheGrid) {
    forSamples(primitiveCases[name], "float64", "any", "value", 20, ({ inputs, apply }) => {
      const at = (values: NdArray): NdArray => evaluate<Variable[]>(apply)([...inputs.slice(0, 3), values]);
      const [values] = inputs.slice(3);
      const other = wave(values, 1);
      const [once, twice] = [at(values), at(moved(values, 2, other))];
      const { tangent } = jvp<Variable>((grid) => apply([...inputs.slice(0, 3).map((x) => grid.tape.literal(x)), grid]))(values, other);
      isClose(twice, moved(once, 2, tangent), 1e-11);
    });
  }
});

test("shapes that do not fit are refused, and named", () => {
  for (const [, entry] of everyCase) {
    forSamples(entry, "float64", "contiguous", "value", 3, ({ inputs, apply }) => {
      if (inputs.length < 2) return;
      const tape = new Tape();
      const odd = tape.input({ shape: [7, 11, 13, 17], dtype: "float64" });
      const even = tape.input({ shape: [7, 11, 13, 19], dtype: "float64" });
      const rest = inputs.slice(2).map((input) => tape.input(input));
      refuses(() => apply([odd, even, ...rest]), ShapeError, "[7, 11, 13, 17]", "[7, 11, 13, 19]");
    });
  }
});

/** The derivative along directions for a cotangent, as a function of all three. */
function slopeOf(apply: Sample["apply"]) {
  return ({ inputs, cotangent, directions }: { inputs: Variable[]; cotangent: Variable; directions: Variable[] }): Variable => {
    const { gradient } = vjp<Variable[]>(apply)(inputs, cotangent);
    return gradient.map((each, i) => total(mul(each, directions[i]))).reduce((sum, term) => add(sum, term));
  };
}

/** Asserts that every element stays away from the kinks that the primitive's record declares. */
function keepsClear(name: string, inputs: readonly NdArray[]): void {
  const { kinks } = primitiveNamed(name);
  if (!kinks) return;
  const operands = inputs.slice(0, kinks.length);
  for (const index of indicesOf(broadcastShapes(...operands.map(({ shape }) => shape)))) {
    const distance = kinks(...operands.map((x) => broadcastGet(x, index)));
    assert.ok(distance > clearance, `${name}: ${distance} from a kink`);
  }
}

/** An array of the same shape with other numbers. */
function wave(like: NdArray, phase: number): NdArray {
  const result = copy(like);
  for (let i = 0; i < result.size; i++) result.data[i] = Math.sin(7 * i + phase);
  return result;
}

function moved(x: NdArray, distance: number, direction: NdArray): NdArray {
  const result = copy(x);
  elementsOf(direction).forEach((element, i) => (result.data[i] += distance * element));
  return result;
}

function dot(a: NdArray, b: NdArray): number {
  const other = elementsOf(b);
  return elementsOf(a).reduce((sum, element, i) => sum + element * other[i], 0);
}

test.run();
