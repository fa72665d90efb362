/**
 * Sums of plane waves: many points, each with a weight and a Gaussian smear, seen at whole-numbered frequencies h. With
 * w(h) = exp(-2π² h·U h), the sum is that of weight w(h) (cos, sin)(2π h·x) over the points, and the moments, its transpose, are sums
 * over the frequencies. Each carries the powers of h, k and l by which its terms are multiplied, and the number of quarter turns of its
 * waves, so that all derivatives are these two again.
 */
import { allocate, isFloat, type Data } from "../../ndarray/dtype.js";
import { describeShape, DTypeError, mixedDTypes, ShapeError } from "../../ndarray/errors.js";
import { array, flatData, type NdArray } from "../../ndarray/ndarray.js";
import { sameShape, type Shape } from "../../ndarray/shape.js";
import { record, type Primitive } from "../primitive.js";
import type { Operand, Typed, Variable } from "../tape.js";
import { mul, add } from "./elementwise.js";
import { reshape } from "./reshape.js";
import { slice } from "./slice.js";
import { forEachWave, raise, rowsOf, smear, turn } from "./wave-rows.js";

type Powers = readonly [h: number, k: number, l: number];
type Waves = { readonly powers: readonly number[]; readonly quarters: number };

/** Of U11, U22, U33, U12, U13, U23: the powers of h, k, l in -2π² h·U h, and how often. */
const quadratic: readonly { readonly powers: Powers; readonly times: number }[] = [
  { powers: [2, 0, 0], times: 1 },
  { powers: [0, 2, 0], times: 1 },
  { powers: [0, 0, 2], times: 1 },
  { powers: [1, 1, 0], times: 2 },
  { powers: [1, 0, 1], times: 2 },
  { powers: [0, 1, 1], times: 2 },
];
const axes: readonly Powers[] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

const raised = (powers: readonly number[], by: Powers): number[] => powers.map((power, i) => power + by[i % 3]);
const monomials = (powers: readonly number[]): Powers[] =>
  Array.from({ length: powers.length / 3 }, (_, m) => [powers[3 * m], powers[3 * m + 1], powers[3 * m + 2]]);

function power(indices: Data, i: number, [h, k, l]: Powers): number {
  return raise(indices[3 * i], h) * raise(indices[3 * i + 1], k) * raise(indices[3 * i + 2], l);
}

/** cos and sin, so many quarter turns further. */
function turned(cos: number, sin: number, quarters: number): readonly [number, number] {
  switch (quarters % 4) {
    case 1:
      return [-sin, cos];
    case 2:
      return [-cos, -sin];
    case 3:
      return [sin, -cos];
    default:
      return [cos, sin];
  }
}

function checkPoints(name: string, [indices, position, tensor, weight]: readonly Typed[]): void {
  if (indices.dtype !== "int32") throw new DTypeError(`${name} needs int32 frequencies, not ${indices.dtype}`);
  if (indices.shape.length !== 2 || indices.shape[1] !== 3) {
    throw new ShapeError(`${name} needs frequencies of shape [n, 3], not ${describeShape(indices.shape)}`);
  }
  const points = position.shape[1] ?? 0;
  const given = weight === undefined ? [position, tensor] : [position, tensor, weight];
  for (const { dtype } of given) {
    if (!isFloat(dtype)) throw new DTypeError(`${name} is not defined on ${dtype} arrays`);
    if (dtype !== position.dtype) throw mixedDTypes(name, position.dtype, dtype);
  }
  const wanted: readonly Shape[] = [[3, points], [6, points], [points]];
  if (given.some(({ shape }, i) => !sameShape(shape, wanted[i]))) {
    const found = given.map(({ shape }) => describeShape(shape)).join(" ");
    throw new ShapeError(`${name} needs positions [3, n], displacements [6, n] and weights [n], not the shapes ${found}`);
  }
}

const waveSumPrimitive: Primitive<Waves> = {
  name: "waveSum",
  infer(inputs) {
    checkPoints("waveSum", inputs);
    return { shape: [2, inputs[0].shape[0]], dtype: inputs[1].dtype };
  },
  kernel: {
    kind: "array",
    run(output, [hkl, ...points], { powers, quarters }) {
      const indices = flatData(hkl);
      const rows = rowsOf(indices);
      const [cosines, sines] = [allocate("float64", hkl.shape[0]), allocate("float64", hkl.shape[0])];
      forEachWave(rows, indices, points.map(flatData), points[0].shape[1], (wave, { first, count }, _, cosStep, sinStep, ratioStep) => {
        let { cos, sin, height, ratio } = wave;
        for (let i = first; i < first + count; i++) {
          cosines[i] += height * cos;
          sines[i] += height * sin;
          const turnedCos = cos * cosStep - sin * sinStep;
          sin = sin * cosStep + cos * sinStep;
          cos = turnedCos;
          height *= ratio;
          ratio *= ratioStep;
        }
      });
      const [part, frequency] = output.strides;
      const [powersOfSum] = monomials(powers);
      for (let i = 0; i < cosines.length; i++) {
        const factor = power(indices, i, powersOfSum);
        const [cos, sin] = turned(cosines[i], sines[i], quarters);
        output.data[output.offset + i * frequency] = factor * cos;
        output.data[output.offset + part + i * frequency] = factor * sin;
      }
    },
  },
  vjp(index, cotangent, { inputs: [hkl, position, tensor, weight], attributes: { powers, quarters } }) {
    const moments = (by: readonly Powers[], quarter: number): Variable =>
      record(waveMomentsPrimitive, [hkl, position, tensor, cotangent], { powers: by.flatMap((each) => raised(powers, each)), quarters: quarter });
    if (index === 1) return mul(turn, weight, moments(axes, quarters + 1));
    if (index === 2) return mul(weight, ofQuadratic(moments(quadratic.map((each) => each.powers), quarters)));
    return index === 3 ? reshape(moments([[0, 0, 0]], quarters), weight.shape) : undefined;
  },
  jvp(index, tangent, { inputs: [hkl, position, tensor, weight], attributes: { powers, quarters } }) {
    const sum = (weights: Operand, by: Powers, quarter: number): Variable =>
      record(waveSumPrimitive, [hkl, position, tensor, weights], { powers: raised(powers, by), quarters: quarter });
    if (index === 1) return total(axes.map((axis, i) => mul(turn, sum(mul(weight, rowOf(tangent, i)), axis, quarters + 1))));
    if (index === 2) return total(quadratic.map(({ powers: by, times }, i) => mul(smear * times, sum(mul(weight, rowOf(tangent, i)), by, quarters))));
    return index === 3 ? sum(tangent, [0, 0, 0], quarters) : undefined;
  },
};

const waveMomentsPrimitive: Primitive<Waves> = {
  name: "waveMoments",
  infer(inputs, { powers }) {
    const [indices, position, , source] = inputs;
    checkPoints("waveMoments", inputs.slice(0, 3));
    if (source.dtype !== position.dtype) throw mixedDTypes("waveMoments", position.dtype, source.dtype);
    if (!sameShape(source.shape, [2, indices.shape[0]])) {
      throw new ShapeError(`waveMoments: values of shape ${describeShape(source.shape)} for ${indices.shape[0]} frequencies, each of which needs 2`);
    }
    return { shape: [powers.length / 3, position.shape[1]], dtype: position.dtype };
  },
  kernel: {
    kind: "array",
    run(output, [hkl, position, tensor, source], { powers, quarters }) {
      const indices = flatData(hkl);
      const values = flatData(source);
      const frequencies = hkl.shape[0];
      const [cosines, sines] = [allocate("float64", frequencies), allocate("float64", frequencies)];
      for (let i = 0; i < frequencies; i++) {
        // What turns the waves forward turns the values back.
        const [cos, sin] = turned(values[i], values[frequencies + i], (4 - (quarters % 4)) % 4);
        cosines[i] = cos;
        sines[i] = sin;
      }
      const points = position.shape[1];
      const wanted = monomials(powers);
      const highest = wanted.reduce((most, [, , l]) => Math.max(most, l), 0);
      const alongL = allocate("float64", highest + 1);
      const sums = allocate("float64", wanted.length * points);
      const unit = allocate("float64", points).fill(1);
      const [powersH, powersK, powersL] = [0, 1, 2].map((axis) => wanted.map((each) => each[axis]));
      forEachWave(rowsOf(indices), indices, [flatData(position), flatData(tensor), unit], points, (wave, { h, k, l, first, count }, point, cosStep, sinStep, ratioStep) => {
        let { cos, sin, height, ratio } = wave;
        let zeroth = 0;
        let firstMoment = 0;
        if (highest > 1) alongL.fill(0);
        for (let i = 0; i < count; i++) {
          const term = height * (cosines[first + i] * cos + sines[first + i] * sin);
          zeroth += term;
          firstMoment += term * i;
          if (highest > 1) addPowers(alongL, term, l + i);
          const turnedCos = cos * cosStep - sin * sinStep;
          sin = sin * cosStep + cos * sinStep;
          cos = turnedCos;
          height *= ratio;
          ratio *= ratioStep;
        }
        alongL[0] = zeroth;
        if (highest > 0) alongL[1] = firstMoment + l * zeroth;
        for (let m = 0, at = point; m < powersL.length; m++, at += points) {
          sums[at] += raise(h, powersH[m]) * raise(k, powersK[m]) * alongL[powersL[m]];
        }
      });
      const [row, column] = output.strides;
      for (let m = 0; m < wanted.length; m++) {
        for (let j = 0; j < points; j++) output.data[output.offset + m * row + j * column] = sums[m * points + j];
      }
    },
  },
  vjp(index, cotangent, { inputs: [hkl, position, tensor, source], attributes: { powers, quarters } }) {
    const each = monomials(powers).map((by, m) => ({ by, weight: rowOf(cotangent, m) }));
    const moments = (by: readonly Powers[], quarter: number): Variable =>
      record(waveMomentsPrimitive, [hkl, position, tensor, source], { powers: by.flat(), quarters: quarter });
    const along = (steps: readonly Powers[], by: Powers): Powers[] => steps.map(([h, k, l]) => [h + by[0], k + by[1], l + by[2]]);
    if (index === 1) return total(each.map(({ by, weight }) => mul(turn, weight, moments(along(axes, by), quarters + 1))));
    if (index === 2) return total(each.map(({ by, weight }) => mul(weight, ofQuadratic(moments(along(quadratic.map((step) => step.powers), by), quarters)))));
    if (index !== 3) return undefined;
    return total(each.map(({ by, weight }) => record(waveSumPrimitive, [hkl, position, tensor, weight], { powers: by, quarters })));
  },
  jvp(index, tangent, { inputs: [hkl, position, tensor, source], attributes: { powers, quarters } }) {
    const moments = (values: Operand, by: Powers, quarter: number): Variable =>
      record(waveMomentsPrimitive, [hkl, position, tensor, values], { powers: raised(powers, by), quarters: quarter });
    if (index === 1) return total(axes.map((axis, i) => mul(turn, rowOf(tangent, i), moments(source, axis, quarters + 1))));
    if (index === 2) return total(quadratic.map(({ powers: by, times }, i) => mul(smear * times, rowOf(tangent, i), moments(source, by, quarters))));
    return index === 3 ? moments(tangent, [0, 0, 0], quarters) : undefined;
  },
};

function addPowers(sums: Data, term: number, index: number): void {
  let value = term * index;
  for (let i = 2; i < sums.length; i++) sums[i] += value *= index;
}

const total = (terms: readonly Variable[]): Variable => terms.reduce((sum, term) => add(sum, term));

/** One row of a matrix, as a list. */
function rowOf(matrix: Variable, row: number): Variable {
  return reshape(slice(matrix, row), [matrix.shape[1]]);
}

/** Moments by the products of h, k and l, times what stands before them in -2π² h·U h. */
function ofQuadratic(moments: Variable): Variable {
  const factors: NdArray = array(quadratic.map(({ times }) => [smear * times]), moments.dtype);
  return mul(moments, factors);
}

/**
 * What points scatter: for every h of a list, the sum over the points of weight exp(-2π² h·U h) times cos and sin of 2π h·x.
 * @param hkl int32, shape [n, 3]; fastest where l runs up in steps of 1
 * @param position in fractions of a period, shape [3, points]
 * @param tensor U11, U22, U33, U12, U13, U23 in squares of a period, shape [6, points]
 * @param weight shape [points]
 * @returns the sums with cos and with sin, shape [2, n]
 * @throws ShapeError, DTypeError when the operands do not fit
 */
export function waveSum(hkl: NdArray | Variable, position: Operand, tensor: Operand, weight: Operand): Variable {
  return record(waveSumPrimitive, [hkl, position, tensor, weight], { powers: [0, 0, 0], quarters: 0 });
}

export const wavePrimitives = { waveSum: waveSumPrimitive, waveMoments: waveMomentsPrimitive };
