import { known } from "../autodiff/tape.js";
import { allocate, type Data } from "../ndarray/dtype.js";
import { InputError } from "../ndarray/errors.js";
import { checkOptions } from "../ndarray/fields.js";
import { fromData, type NdArray } from "../ndarray/ndarray.js";
import type { UnitCell } from "../models/crystal.js";
import { radiansPerDegree } from "../physics/constants.js";
import { directBasis, reciprocalBasis } from "../physics/lattice.js";
import { dot, norm } from "../physics/vector.js";
import type { ComplexF, Structure } from "./atomic-model.js";
import { emptyCavities } from "./cavities.js";
import { fourierSize, transformGrid, type ComplexGrid } from "../physics/fourier.js";
import { Symmetry } from "./symmetry.js";
import { vanDerWaalsRadius, type RadiiList } from "./van-der-waals.js";

/** How programs place the edge of the solvent: atomic radii, a probe, by how much the solvent comes back, and points of the grid in a resolution. */
interface Convention {
  readonly list: RadiiList;
  readonly probeA: number;
  readonly shrinkA: number;
  readonly pointsPerResolution: number;
}

/**
 * Published conventions of where the solvent ends. Their radii belong together, and to their grid: a finer one opens cavities.
 * Sources: P. V. Afonine et al., Acta Cryst. D69, 625 (2013); M. Wojdyr, J. Open Source Softw. 7, 4200 (2022), the preset of gemmi sfcalc.
 */
const conventions = {
  cctbx: { list: "cctbx", probeA: 1.11, shrinkA: 0.9, pointsPerResolution: 4 },
  gemmi: { list: "Bondi", probeA: 1, shrinkA: 1.1, pointsPerResolution: 3 },
} as const satisfies Readonly<Record<string, Convention>>;

/** Name of a published convention of where the solvent ends. */
export type SolventConvention = keyof typeof conventions;

/** The published conventions. */
export const solventConventions: readonly SolventConvention[] = ["cctbx", "gemmi"];

/** How the solvent keeps away from the atoms. */
export interface SolventRadii {
  /** whose radii and grid are taken where they are not given; cctbx unless given */
  readonly convention?: SolventConvention;
  /** of a molecule of the solvent, Å; the convention's unless given */
  readonly probeA?: number;
  /** by which the solvent comes back into the gap that the probe leaves, Å; the convention's unless given */
  readonly shrinkA?: number;
  /** from one point of the grid to the next, at most, Å; of a resolution the convention's part, or 0.4 unless given */
  readonly stepA?: number;
  /** closed cavities up to this volume hold no solvent, Å³; 0 unless given */
  readonly cavityA3?: number;
  /** to which the mask is to be transformed, Å */
  readonly dminA?: number;
}

/** Finer grids take much memory and change little. */
const finestStepA = 0.3;
const usualStepA = 0.4;

const mostPoints = 2 ** 26;

/** Where the solvent is in a unit cell: 1 on grid points in it, 0 in the molecules. */
export class SolventMask {
  /** points of the grid along a, b and c */
  readonly shape: readonly [number, number, number];
  /** of the unit cell, in cubic angstrom */
  readonly volumeA3: number;
  readonly #points: Data;
  readonly #metric: readonly number[];
  #transform: { readonly grid: ComplexGrid; readonly reach: readonly number[] } | undefined;

  /**
   * @throws InputError when the cell needs more points than a memory holds
   * Source: J.-S. Jiang & A. T. Brünger, J. Mol. Biol. 243, 100 (1994).
   */
  constructor({ cell, operators, atoms }: Structure, radii: SolventRadii = {}) {
    checkOptions("SolventMask", radii, { convention: true, probeA: true, shrinkA: true, stepA: true, cavityA3: true, dminA: true });
    const { list, pointsPerResolution, ...usual } = conventions[radii.convention ?? "cctbx"];
    const { probeA = usual.probeA, shrinkA = usual.shrinkA, cavityA3 = 0, dminA } = radii;
    const { stepA = dminA === undefined ? usualStepA : Math.max(finestStepA, dminA / pointsPerResolution) } = radii;
    // Even sizes hold the points that screw axes of two, four and six make of the others.
    const [n0, n1, n2] = [cell.a, cell.b, cell.c].map((edge) => 2 * fourierSize(edge / stepA / 2));
    this.shape = [n0, n1, n2];
    if (n0 * n1 * n2 > mostPoints) throw new InputError(`a solvent mask of ${n0} x ${n1} x ${n2} points does not fit into memory`);
    const angle = (degrees: number): number => degrees * radiansPerDegree;
    const { a, b, c } = directBasis(reciprocalBasis({ ...cell, alpha: angle(cell.alpha), beta: angle(cell.beta), gamma: angle(cell.gamma) }));
    const pairs = [[a, a], [b, b], [c, c], [a, b], [a, c], [b, c]] as const;
    this.#metric = pairs.map(([first, second]) => known(dot(first, second)));
    const [aa, bb, cc, ab, ac, bc] = this.#metric;
    this.volumeA3 = Math.sqrt(aa * bb * cc + 2 * ab * ac * bc - aa * bc * bc - bb * ac * ac - cc * ab * ab);
    const widest = [a, b, c].map((edge) => known(norm(edge)));
    this.#points = allocate("int32", n0 * n1 * n2).fill(1);
    const { primitive, centrings } = new Symmetry(operators);
    const all = centrings === 1 ? primitive : operators;
    const reciprocal = reciprocalLengths(cell);
    for (const { element, position: [x, y, z], occupancy } of atoms) {
      if (element === "H" || occupancy <= 0) continue;
      const radius = vanDerWaalsRadius(element, list) + probeA;
      for (const { rotation: r, translation: t } of all) {
        const image = [r[0] * x + r[1] * y + r[2] * z + t[0], r[3] * x + r[4] * y + r[5] * z + t[1], r[6] * x + r[7] * y + r[8] * z + t[2]];
        this.#clear(image, radius, reciprocal);
      }
    }
    if (shrinkA > 0 && widest.every((edge) => edge > 0)) this.#shrink(shrinkA, reciprocal);
    if (cavityA3 > 0) emptyCavities(this.#points, this.shape, Math.floor((cavityA3 * n0 * n1 * n2) / this.volumeA3));
  }

  /** The share of the cell that the solvent fills. */
  get fraction(): number {
    let count = 0;
    for (const point of this.#points) count += point;
    return count / this.#points.length;
  }

  /** Its scattering if it held one electron in a cubic Å: the transform of the mask at hkl (int32, shape [n, 3]), times the volume. */
  structureFactors(hkl: NdArray): ComplexF<NdArray> {
    const { real, imaginary } = this.#transformTo(hkl);
    const scale = this.volumeA3 / real.length;
    const count = hkl.shape[0];
    const [re, im] = [allocate("float64", count), allocate("float64", count)];
    for (let i = 0; i < count; i++) {
      const place = this.#frequency([hkl.get(i, 0), hkl.get(i, 1), hkl.get(i, 2)]);
      // What is finer than the grid shows is not in a mask that is 0 or 1.
      if (place < 0) continue;
      re[i] = scale * real[place];
      im[i] = scale * imaginary[place];
    }
    return { real: fromData(re), imaginary: fromData(im) };
  }

  /** The transform, as far as some reflections need it. */
  #transformTo(hkl: NdArray): ComplexGrid {
    const reach = [0, 0, 0];
    for (let i = 0; i < hkl.shape[0]; i++) for (let axis = 0; axis < 3; axis++) reach[axis] = Math.max(reach[axis], Math.abs(hkl.get(i, axis)));
    const made = this.#transform;
    if (made !== undefined && reach.every((most, axis) => most <= made.reach[axis])) return made.grid;
    const real = allocate("float64", this.#points.length);
    real.set(this.#points);
    const grid = { shape: this.shape, real, imaginary: allocate("float64", real.length) };
    transformGrid(grid, reach);
    this.#transform = { grid, reach };
    return grid;
  }

  #frequency(indices: readonly number[]): number {
    let place = 0;
    for (let axis = 0; axis < 3; axis++) {
      const size = this.shape[axis];
      if (2 * Math.abs(indices[axis]) >= size && size > 1) return -1;
      place = place * size + ((indices[axis] % size) + size) % size;
    }
    return place;
  }

  /** Steps of the grid that lie within a radius. */
  #clear(centre: readonly number[], radius: number, reciprocal: readonly number[]): void {
    const [n0, n1, n2] = this.shape;
    const points = this.#points;
    const [aa, bb, cc, ab, ac, bc] = this.#metric;
    const ranges = this.shape.map((n, axis) => {
      const half = radius * reciprocal[axis];
      return [Math.ceil((centre[axis] - half) * n), Math.floor((centre[axis] + half) * n)];
    });
    const squared = radius * radius;
    const wrap = (i: number, n: number): number => ((i % n) + n) % n;
    for (let i = ranges[0][0]; i <= ranges[0][1]; i++) {
      const u = i / n0 - centre[0];
      for (let j = ranges[1][0]; j <= ranges[1][1]; j++) {
        const v = j / n1 - centre[1];
        const row = (wrap(i, n0) * n1 + wrap(j, n1)) * n2;
        const flat = u * u * aa + v * v * bb + 2 * u * v * ab;
        const slope = 2 * (u * ac + v * bc);
        for (let k = ranges[2][0]; k <= ranges[2][1]; k++) {
          const w = k / n2 - centre[2];
          if (flat + w * (slope + w * cc) < squared) points[row + wrap(k, n2)] = 0;
        }
      }
    }
  }

  /** Gives back to the solvent what lies within a distance of it. */
  #shrink(distance: number, reciprocal: readonly number[]): void {
    const [n0, n1, n2] = this.shape;
    const points = this.#points;
    const [aa, bb, cc, ab, ac, bc] = this.#metric;
    const steps: number[][] = [];
    const reach = this.shape.map((n, axis) => Math.floor(distance * reciprocal[axis] * n));
    for (let i = -reach[0]; i <= reach[0]; i++) {
      for (let j = -reach[1]; j <= reach[1]; j++) {
        for (let k = -reach[2]; k <= reach[2]; k++) {
          const [u, v, w] = [i / n0, j / n1, k / n2];
          const squared = u * u * aa + v * v * bb + w * w * cc + 2 * (u * v * ab + u * w * ac + v * w * bc);
          if (squared < distance * distance) steps.push([i, j, k]);
        }
      }
    }
    const wrap = (i: number, n: number): number => ((i % n) + n) % n;
    const offsets = steps.map(([di, dj, dk]) => (di * n1 + dj) * n2 + dk);
    const grown = allocate("int32", points.length);
    grown.set(points);
    for (let i = 0; i < n0; i++) {
      const [above, below] = [wrap(i - 1, n0) - i, wrap(i + 1, n0) - i].map((planes) => planes * n1 * n2);
      for (let j = 0; j < n1; j++) {
        const [left, right] = [wrap(j - 1, n1) - j, wrap(j + 1, n1) - j].map((rows) => rows * n2);
        const row = (i * n1 + j) * n2;
        const isInside = i >= reach[0] && i < n0 - reach[0] && j >= reach[1] && j < n1 - reach[1];
        for (let k = 0; k < n2; k++) {
          const at = row + k;
          if (points[at] === 0) continue;
          const [before, after] = [k === 0 ? row + n2 - 1 : at - 1, k === n2 - 1 ? row : at + 1];
          // Only the solvent's surface reaches what is not solvent yet.
          if ((points[at + above] & points[at + below] & points[at + left] & points[at + right] & points[before] & points[after]) === 1) continue;
          if (isInside && k >= reach[2] && k < n2 - reach[2]) for (const offset of offsets) grown[at + offset] = 1;
          else for (const [di, dj, dk] of steps) grown[(wrap(i + di, n0) * n1 + wrap(j + dj, n1)) * n2 + wrap(k + dk, n2)] = 1;
        }
      }
    }
    points.set(grown);
  }
}

function reciprocalLengths(cell: UnitCell): number[] {
  const angle = (degrees: number): number => degrees * radiansPerDegree;
  const { aStar, bStar, cStar } = reciprocalBasis({ ...cell, alpha: angle(cell.alpha), beta: angle(cell.beta), gamma: angle(cell.gamma) });
  return [aStar, bStar, cStar].map((vector) => known(norm(vector)));
}
