import { ScatteringCurve } from "../models/scattering-curve.js";
import { InputError } from "../ndarray/errors.js";
import { AtomicModel, type Atom, type Structure } from "./atomic-model.js";
import { inverseSquare, reciprocalMetric, uniqueReflections } from "./reflections.js";
import type { Indices } from "./symmetry.js";

/** A ring of a powder. */
export interface PowderRing {
  /** distance of the lattice planes, in Å */
  readonly dA: number;
  /** sum of the squared structure factors of all reflections of the ring, in electrons² of the unit cell */
  readonly strength: number;
}

const moleculesPerCell = 4;
/** Of liquid nitrogen's temperature to the melting point it changes by 1 %. */
export const iceDensityGcm3 = 0.92;
/** Finest rings, in Å: those beyond are faint. */
const finestA = 0.8;

/**
 * Hexagonal ice, whose protons are disordered: P 63/m m c, every site of the cell listed.
 * Source: A. Goto, T. Hondoh & S. Mae, J. Chem. Phys. 93, 1412 (1990).
 */
export function hexagonalIce(): Structure {
  const cell = { a: 4.511, b: 4.511, c: 7.346, alpha: 90, beta: 90, gamma: 120 };
  const site = (element: string, bIso: number, occupancy: number) => (position: Position): Atom => ({ label: element, element, charge: 0, position, bIso, occupancy, uStar: undefined });
  const x = 0.439;
  const triangle: readonly Position[] = [[x, 2 * x, 0.02], [-2 * x, -x, 0.02], [x, -x, 0.02]];
  const atoms = [
    ...sites([[1 / 3, 2 / 3, 0.06226]]).map(site("O", 3.7, 1)),
    ...sites([[1 / 3, 2 / 3, 0.178]]).map(site("H", 2.5, 0.5)),
    ...sites(triangle).map(site("H", 2.9, 0.5)),
  ];
  return { cell, operators: [], atoms };
}

type Position = readonly [x: number, y: number, z: number];

/** What the screw axis and the mirror across it make of positions whose orbit about the axis is listed. */
function sites(orbit: readonly Position[]): Position[] {
  const screwed = orbit.flatMap(([x, y, z]): Position[] => [[x, y, z], [-x, -y, z + 0.5]]);
  return screwed.flatMap(([x, y, z]): Position[] => [[x, y, z], [x, y, 0.5 - z]]);
}

/** The rings of a crystal's powder to a resolution in Å, those of the widest distances first. */
export function powderRings(structure: Structure, dminA: number): PowderRing[] {
  const model = new AtomicModel(structure);
  const hkl = uniqueReflections(model.cell, model.symmetry, dminA);
  const { real, imaginary } = model.calculate(hkl);
  const metric = reciprocalMetric(model.cell);
  const rings: { dA: number; strength: number }[] = [];
  for (let i = 1; i < hkl.shape[0]; i++) {
    const indices: Indices = [hkl.get(i, 0), hkl.get(i, 1), hkl.get(i, 2)];
    const dA = 1 / Math.sqrt(inverseSquare(metric, indices));
    const members = model.symmetry.equivalents(indices).flatMap(([h, k, l]) => [[h, k, l].join(), [0 - h, 0 - k, 0 - l].join()]);
    const strength = new Set(members).size * (real.get(i) ** 2 + imaginary.get(i) ** 2);
    const same = rings.find((ring) => Math.abs(ring.dA - dA) < 1e-6 * dA);
    if (same) same.strength += strength;
    else rings.push({ dA, strength });
  }
  return rings.sort((a, b) => b.dA - a.dA);
}

/**
 * What a molecule in a powder of hexagonal ice scatters into its rings, which are Gaussians in 1/d of the width that Scherrer gives to grains
 * of a size. What it scatters between the rings by thermal motion is left out.
 * @param grainA size of the grains, in Å
 * @throws InputError when the rings of such grains would be too narrow or too wide
 */
export function iceCurve(grainA = 500): ScatteringCurve {
  if (!(grainA >= 20 && grainA <= 5000)) throw new InputError(`grains of ice of ${grainA} A: they can be of 20 to 5000 A`);
  const structure = hexagonalIce();
  const { a, c } = structure.cell;
  const volume = a * a * c * Math.sin(Math.PI / 3);
  // Scherrer's 0.9/L is the full width at half maximum of 1/d.
  const sigma = 0.9 / grainA / (2 * Math.sqrt(2 * Math.LN2));
  const rings = powderRings(structure, finestA).map(({ dA, strength }) => ({ q: 1 / dA, height: (strength * dA * dA) / (4 * Math.PI * volume * moleculesPerCell * sigma * Math.sqrt(2 * Math.PI)) }));
  const squared = (stol: number): { readonly value: number; readonly slope: number } => {
    let [value, slope] = [0, 0];
    for (const { q, height } of rings) {
      const away = (2 * stol - q) / sigma;
      if (Math.abs(away) > 8) continue;
      const part = height * Math.exp(-0.5 * away * away);
      value += part;
      slope -= (2 * away * part) / sigma;
    }
    return { value, slope };
  };
  return ScatteringCurve.of(squared, 0.5 / finestA + 4 * sigma, sigma / 2);
}
