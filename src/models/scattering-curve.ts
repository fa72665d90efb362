import { add, clip, floor, min, mul, sub } from "../autodiff/primitives/elementwise.js";
import { nearest } from "../autodiff/primitives/lookup.js";
import type { Variable } from "../autodiff/tape.js";
import { InputError } from "../ndarray/errors.js";
import { copy, zeros, type NdArray } from "../ndarray/ndarray.js";

/** Points of a curve: sin(theta)/lambda in 1/Å, ascending, and structure factors in electrons. */
export interface CurvePoints {
  /** sin(theta)/lambda in 1/Å */
  readonly stol: readonly number[];
  /** of one molecule, in electrons */
  readonly f: readonly number[];
}

interface Sample {
  readonly value: number;
  readonly slope: number;
}

const mostCells = 2 ** 14;
const fewestCells = 2 ** 9;

/**
 * What a molecule without crystal order scatters: the square of its structure factor as a function of sin(theta)/lambda alone, in cubics
 * over cells of equal width. Beyond its end the curve keeps its last value.
 */
export class ScatteringCurve {
  /** last sin(theta)/lambda that the curve was given for, in 1/Å */
  readonly end: number;
  /** sin(theta)/lambda over which the curve may change much, in 1/Å */
  readonly detail: number;
  /** float64, shape [cells, 1, 4]: coefficients of 1, t, t², t³ in each cell, t from 0 to 1 */
  readonly #coefficients: NdArray;
  #single: NdArray | undefined;

  private constructor(end: number, detail: number, cells: number, sample: (stol: number, towards: number) => Sample) {
    this.end = end;
    this.detail = detail;
    this.#coefficients = zeros([cells, 1, 4]);
    const width = end / cells;
    for (let cell = 0; cell < cells; cell++) {
      const [left, right] = [cell * width, (cell + 1) * width];
      const [before, after] = [sample(left, right), sample(right, left)];
      const [rise, first, last] = [after.value - before.value, before.slope * width, after.slope * width];
      this.#coefficients.data.set([before.value, first, 3 * rise - 2 * first - last, first + last - 2 * rise], 4 * cell);
    }
  }

  /**
   * A curve through points: the structure factor lies on the polynomial of third order through the four nearest points, of second order in
   * the first and last interval, and is that of the first point before it.
   * @throws InputError when there are fewer than two points, or sin(theta)/lambda does not ascend from 0 or above
   * Source: the interpolation of nonBragg (J. M. Holton & K. A. Frankel).
   */
  static through({ stol, f }: CurvePoints): ScatteringCurve {
    if (stol.length !== f.length || stol.length < 2) throw new InputError(`a scattering curve has ${stol.length} angles and ${f.length} structure factors; it needs two or more of each`);
    if (![...stol, ...f].every(Number.isFinite)) throw new InputError("a scattering curve needs finite numbers");
    let narrowest = Infinity;
    stol.forEach((x, i) => {
      if (x < 0 || (i > 0 && x <= stol[i - 1])) throw new InputError(`the sin(theta)/lambda of a scattering curve must ascend from 0 or above, and ${x} stands behind ${stol[i - 1] ?? "nothing"}`);
      if (i > 0) narrowest = Math.min(narrowest, x - stol[i - 1]);
    });
    const end = stol[stol.length - 1];
    const cells = Math.min(mostCells, Math.max(fewestCells, 4 * Math.ceil(end / narrowest)));
    return new ScatteringCurve(end, narrowest, cells, (x, towards) => {
      const { value, slope } = alongPoints(stol, f, x, towards);
      return { value: value * value, slope: 2 * value * slope };
    });
  }

  /**
   * A curve of a function.
   * @param squared the squared structure factor in electrons², and its slope, at a sin(theta)/lambda in 1/Å
   * @param end the last sin(theta)/lambda, in 1/Å
   * @param detail of sin(theta)/lambda, over which the function may change much
   * @throws InputError when so fine a detail does not fit
   */
  static of(squared: (stol: number) => Sample, end: number, detail: number): ScatteringCurve {
    const cells = Math.ceil((4 * end) / detail);
    if (!(cells >= 1 && cells <= mostCells)) throw new InputError(`a scattering curve to ${end} 1/A with details of ${detail} 1/A needs ${cells} cells; it can have 1 to ${mostCells}`);
    return new ScatteringCurve(end, detail, cells, squared);
  }

  /** Records the squared structure factor, in electrons². */
  squaredAt(stol: Variable): Variable {
    const cells = this.#coefficients.shape[0];
    const place = clip(mul(stol, cells / this.end), 0, cells);
    const cell = min(floor(place), cells - 1);
    const grid = stol.dtype === "float32" ? (this.#single ??= copy(this.#coefficients, "float32")) : this.#coefficients;
    const t = sub(place, cell);
    const [c0, c1, c2, c3] = [0, 1, 2, 3].map((power) => nearest(cell, like(stol, 0), like(stol, power), grid, { min: [0, 0, 0], defaultF: 0 }));
    return add(c0, mul(t, add(c1, mul(t, add(c2, mul(t, c3))))));
  }
}

function like({ tape, dtype }: Variable, value: number): Variable {
  return tape.constant(value, dtype);
}

/** The polynomial through the points around a place, seen from the side of another one. */
function alongPoints(stol: readonly number[], f: readonly number[], x: number, towards: number): Sample {
  const middle = (x + towards) / 2;
  if (middle < stol[0]) return { value: f[0], slope: 0 };
  let next = 1;
  while (next < stol.length - 1 && stol[next] < middle) next++;
  const first = Math.max(0, next - 2);
  const last = Math.min(stol.length - 1, next + 1);
  let [value, slope] = [0, 0];
  for (let i = first; i <= last; i++) {
    let [weight, rise] = [1, 0];
    for (let j = first; j <= last; j++) {
      if (j === i) continue;
      const apart = stol[i] - stol[j];
      rise = (rise * (x - stol[j]) + weight) / apart;
      weight *= (x - stol[j]) / apart;
    }
    value += weight * f[i];
    slope += rise * f[i];
  }
  return { value, slope };
}
