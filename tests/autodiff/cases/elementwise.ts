import * as fc from "fast-check";
import { record } from "../../../src/autodiff/primitive.js";
import type { Applied } from "../../../src/autodiff/primitives/elementwise-record.js";
import * as elementwise from "../../../src/autodiff/primitives/elementwise.js";
import { elementwiseOperations, primitives, type PrimitiveName } from "../../../src/autodiff/primitives/registry.js";
import type { Variable } from "../../../src/autodiff/tape.js";
import { between, broadcastGet, tabulate } from "../draws.js";
import type { Case } from "./case.js";
import { anyOperands, anywhere, apart, awayFromZero, clearOf } from "./operands.js";

export type OperationName = keyof typeof elementwiseOperations;

/** Of an operation, whatever its record says: its own value is the reference, so that layouts and derivatives are tested. */
function caseOf({ primitive, record: { partials, evaluate, kinks, integers, domain } }: Applied): Case {
  const numbers = partials.map((_, i) => (kinks && !domain ? clearOf(primitive) : between(...(domain?.[i] ?? [-2, 2]))));
  return broadcasting(partials.length, (inputs) => record(primitive, inputs, {}), evaluate, {
    numbers: kinks && partials.length > 1 && !domain ? apart() : numbers,
    ...(integers && { integers }),
  });
}

export const ofRecords: { readonly [P in OperationName]: Case } = mapValues(elementwiseOperations, caseOf);

function mapValues<K extends string, V, W>(values: Readonly<Record<K, V>>, f: (value: V) => W): Readonly<Record<K, W>>;
function mapValues<V, W>(values: Readonly<Record<string, V>>, f: (value: V) => W): object {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, f(value)]));
}

/** Operations that work number by number, with a reference of their own besides their record. */
export const elementwiseCases = {
  add: binary(([x, y]) => elementwise.add(x, y), (x, y) => x + y, { linear: true, integers: true }),
  sub: binary(([x, y]) => elementwise.sub(x, y), (x, y) => x - y, { linear: true, integers: true }),
  mul: binary(([x, y]) => elementwise.mul(x, y), (x, y) => x * y, { integers: true }),
  div: binary(([x, y]) => elementwise.div(x, y), (x, y) => x / y, { numbers: [between(-2, 2), awayFromZero()] }),
  neg: unary(([x]) => elementwise.neg(x), (x) => 0 - x, { linear: true, integers: true }),
  sqrt: unary(([x]) => elementwise.sqrt(x), (x) => x ** 0.5, { numbers: [between(0.2, 3)] }),
  exp: unary(([x]) => elementwise.exp(x), (x) => Math.E ** x),
  log: unary(([x]) => elementwise.log(x), (x) => Math.log10(x) / Math.LOG10E, { numbers: [between(0.2, 3)] }),
  sin: unary(([x]) => elementwise.sin(x), (x) => Math.cos(x - Math.PI / 2)),
  cos: unary(([x]) => elementwise.cos(x), (x) => Math.sin(x + Math.PI / 2)),
  sinPi: unary(([x]) => elementwise.sinPi(x), (x) => Math.sin(Math.PI * x)),
  cosPi: unary(([x]) => elementwise.cosPi(x), (x) => Math.cos(Math.PI * x)),
  atan2: binary(([y, x]) => elementwise.atan2(y, x), (y, x) => angle(y, x), { numbers: [awayFromZero(), between(-2, 2)] }),
  abs: unary(([x]) => elementwise.abs(x), (x) => (x < 0 ? -x : x), { numbers: [clearOf(primitives.abs)], integers: true }),
  floor: unary(([x]) => elementwise.floor(x), (x) => x - (((x % 1) + 1) % 1), { numbers: [clearOf(primitives.floor)] }),
  ceil: unary(([x]) => elementwise.ceil(x), (x) => x + (((-x % 1) + 1) % 1), { numbers: [clearOf(primitives.ceil)] }),
  less: binary(([x, y]) => elementwise.less(x, y), (x, y) => Number(x < y), { numbers: apart(), integers: true }),
  equal: binary(([x, y]) => elementwise.equal(x, y), (x, y) => Number(x === y), { numbers: apart(), integers: true }),
  min: binary(([x, y]) => elementwise.min(x, y), (x, y) => Math.min(x, y), { numbers: apart(), integers: true }),
  max: binary(([x, y]) => elementwise.max(x, y), (x, y) => Math.max(x, y), { numbers: apart(), integers: true }),
  where: broadcasting(3, ([condition, x, y]) => elementwise.where(condition, x, y), (condition, x, y) => (condition === 0 ? y : x), {
    numbers: [awayFromZero(), between(-2, 2), between(-2, 2)],
    integers: true,
  }),
} satisfies { readonly [P in PrimitiveName]?: Case };

interface Elementwise {
  readonly numbers?: readonly fc.Arbitrary<number>[];
  readonly linear?: boolean;
  readonly integers?: boolean;
}
type Apply = (inputs: readonly Variable[]) => Variable;
type Numbers = (...values: number[]) => number;

function unary(apply: Apply, reference: Numbers, options: Elementwise = {}): Case {
  return broadcasting(1, apply, reference, options);
}

function binary(apply: Apply, reference: Numbers, options: Elementwise = {}): Case {
  return broadcasting(2, apply, reference, options);
}

function broadcasting(count: number, apply: Apply, reference: Numbers, { numbers, linear, integers }: Elementwise): Case {
  return {
    ...(linear && { linear }),
    ...(integers && { integers }),
    draw: (by) =>
      by.shape().chain((shape) =>
        anyOperands(shape, count)
          .chain((shapes) =>
            fc.tuple(...shapes.map((operand, i) => by.view(operand, by.number(numbers?.[i] ?? between(-2, 2), anywhere())))),
          )
          .map((inputs) => ({
            inputs,
            apply,
            reference: (arrays) => tabulate(shape, (...index) => reference(...arrays.map((x) => broadcastGet(x, index)))),
          })),
      ),
  };
}

export function angle(y: number, x: number): number {
  if (y === 0) return x < 0 ? Math.PI : 0;
  const radius = Math.hypot(x, y);
  // Of the two forms the one in which nothing cancels.
  return 2 * Math.atan(x > 0 ? y / (radius + x) : (radius - x) / y);
}
