/**
 * Structure factors of 5,000 atoms in P 1 to 2 Å: the recorded direct sum, against the transform of their density on a grid, which has no
 * derivative here and is not exact.
 */
import { allocate } from "../src/ndarray/dtype.js";
import type { NdArray } from "../src/ndarray/ndarray.js";
import { fourierSize, transformGrid } from "../src/physics/fourier.js";
import { AtomicModel, type Atom, type ComplexF, type Structure } from "../src/structure/atomic-model.js";
import { stolSquared, uniqueReflections } from "../src/structure/reflections.js";
import { formFactorOf } from "../src/structure/scattering.js";
import { measure, type Row } from "./measure.js";

const edge = 46;
const dminA = 2;
/** B that is added to every atom before it is put on the grid, and taken off its amplitudes. */
const blurB = 20;
const stepA = dminA / 3;
/** Beyond it an atom's density is left out. */
const reachA = 5;
const elements = ["C", "C", "C", "N", "O"];

function structure(count: number): Structure {
  const at = (i: number): number => ((i * 0.6180339887498949) % 1 + 1) % 1;
  const atoms = Array.from({ length: count }, (_, i): Atom => ({
    label: String(i), element: elements[i % elements.length], charge: 0, position: [at(i), at(i * i + 0.3 * i), at(7.1 * i + 0.01 * i * i)], occupancy: 1, bIso: 10 + (i % 20), uStar: undefined,
  }));
  return { cell: { a: edge, b: edge, c: edge, alpha: 90, beta: 90, gamma: 90 }, operators: [], atoms };
}

/** Source: L. F. Ten Eyck, Acta Cryst. A33, 486 (1977). */
function byTransform({ atoms, cell }: Structure, hkl: NdArray): ComplexF<{ readonly data: ArrayLike<number> }> {
  const size = 2 * fourierSize(edge / stepA / 2);
  const [real, imaginary] = [allocate("float64", size ** 3), allocate("float64", size ** 3)];
  const step = edge / size;
  const reach = Math.ceil(reachA / step);
  for (const { element, position, bIso } of atoms) {
    const { heights, widths, constant } = formFactorOf(element);
    const terms = [...heights.map((height, i) => [height, widths[i]] as const), [constant, 0] as const].map(([height, width]) => {
      const b = width + bIso + blurB;
      return { height: height * ((4 * Math.PI) / b) ** 1.5, fall: (4 * Math.PI ** 2) / b };
    });
    const middle = position.map((x) => Math.round(x * size));
    // A Gaussian is the product of three, one along each axis.
    const along = position.map((x, axis) => terms.map(({ fall }) => Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-fall * ((middle[axis] + i - reach - x * size) * step) ** 2))));
    const wrap = (i: number): number => ((i % size) + size) % size;
    for (let i = 0; i <= 2 * reach; i++) {
      for (let j = 0; j <= 2 * reach; j++) {
        const row = (wrap(middle[0] + i - reach) * size + wrap(middle[1] + j - reach)) * size;
        const factors = terms.map(({ height }, term) => height * along[0][term][i] * along[1][term][j]);
        for (let k = 0; k <= 2 * reach; k++) {
          let density = 0;
          for (let term = 0; term < factors.length; term++) density += factors[term] * along[2][term][k];
          real[row + wrap(middle[2] + k - reach)] += density;
        }
      }
    }
  }
  transformGrid({ shape: [size, size, size], real, imaginary });
  const stol = stolSquared(cell, hkl);
  const found = { real: new Float64Array(hkl.shape[0]), imaginary: new Float64Array(hkl.shape[0]) };
  for (let n = 0; n < hkl.shape[0]; n++) {
    const [h, k, l] = [0, 1, 2].map((axis) => (hkl.get(n, axis) + size) % size);
    const scale = step ** 3 * Math.exp(blurB * stol.get(n));
    found.real[n] = scale * real[(h * size + k) * size + l];
    found.imaginary[n] = scale * imaginary[(h * size + k) * size + l];
  }
  return { real: { data: found.real }, imaginary: { data: found.imaginary } };
}

export async function run(): Promise<Row[]> {
  const of = structure(5000);
  const model = new AtomicModel(of);
  const hkl = uniqueReflections(of.cell, model.symmetry, dminA);
  const exact = model.calculate(hkl);
  const near = byTransform(of, hkl);
  let [wrong, all] = [0, 0];
  for (let i = 0; i < hkl.shape[0]; i++) {
    wrong += (near.real.data[i] - exact.real.get(i)) ** 2 + (near.imaginary.data[i] - exact.imaginary.get(i)) ** 2;
    all += exact.real.get(i) ** 2 + exact.imaginary.get(i) ** 2;
  }
  const effort = { time: 0, runs: 3, warmups: 1 };
  const direct = measure("structure factors of 5000 atoms to 2 A, direct sum", hkl.shape[0], () => void model.calculate(hkl), effort);
  const transform = measure("structure factors of 5000 atoms to 2 A, transform of the density", hkl.shape[0], () => void byTransform(of, hkl), effort);
  const seconds = ({ nsPerItem, items }: Row): string => `${((nsPerItem * items) / 1e9).toFixed(2)} s`;
  return [
    { ...direct, remark: `${seconds(direct)}, exact` },
    { ...transform, remark: `${seconds(transform)}, ${(100 * Math.sqrt(wrong / all)).toFixed(3)} % root mean square from the direct sum` },
  ];
}
