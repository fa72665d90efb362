import { array, type NdArray } from "../ndarray/ndarray.js";
import { checkOptions } from "../ndarray/fields.js";
import { electronVoltAngstrom } from "../physics/constants.js";
import { AtomicModel, type Structure } from "./atomic-model.js";
import type { Amplitudes } from "./measured.js";
import { inverseSquare, reciprocalMetric, uniqueReflections } from "./reflections.js";
import { amplitudesOf, fitScale, unitScale, usualSolvent, type FittedScale, type Parts, type Scale } from "./scale.js";
import { searchedEdge } from "./solvent-edge.js";
import { SolventMask, solventConventions, type SolventConvention, type SolventRadii } from "./solvent-mask.js";

/** How amplitudes are calculated from a structure. */
export interface CalculatedOptions extends Omit<SolventRadii, "dminA"> {
  /** smallest spacing of lattice planes, in angstrom */
  readonly dminA: number;
  /** of f' and f''; left out unless given */
  readonly wavelengthA?: number | undefined;
  /** density in electrons per Å³ and B in Å² of the bulk solvent: those of an average crystal unless given; null for none */
  readonly solvent?: { readonly density: number; readonly b: number } | null | undefined;
}

/** Amplitudes of a structure in electrons, and how they were made. */
export interface CalculatedAmplitudes extends Amplitudes {
  /** of atoms and solvent */
  readonly scale: Scale;
  /** electrons in the unit cell */
  readonly f000: number;
  /** share of the cell that the solvent fills; undefined where there is none */
  readonly solventFraction: number | undefined;
  /** what is told without being a fault */
  readonly notes: readonly string[];
}

/** A structure's model, and its parts for some reflections. */
export function partsOf(structure: Structure, model: AtomicModel, hkl: NdArray, radii: SolventRadii | undefined): { readonly parts: Parts<NdArray>; readonly mask: SolventMask | undefined } {
  const mask = radii && new SolventMask(structure, radii);
  return { parts: { cell: model.cell, hkl, atoms: model.calculate(hkl), solvent: mask?.structureFactors(hkl) }, mask };
}

/**
 * The amplitudes of a structure to a resolution: atoms and bulk solvent, F(000) included.
 * @throws InputError when the structure cannot be, or has too many reflections
 */
export function calculatedAmplitudes(structure: Structure, options: CalculatedOptions): CalculatedAmplitudes {
  checkOptions("calculatedAmplitudes", options, { dminA: true, wavelengthA: true, solvent: true, convention: true, probeA: true, shrinkA: true, stepA: true, cavityA3: true });
  const { dminA, wavelengthA, solvent, ...radii } = options;
  const model = new AtomicModel(structure, { wavelengthA });
  const { areMatesApart } = model;
  const hkl = uniqueReflections(model.cell, model.symmetry, dminA, areMatesApart);
  const { parts, mask } = partsOf(structure, model, hkl, solvent === null ? undefined : { dminA, ...radii });
  const { density, b } = solvent ?? usualSolvent;
  const scale: Scale = { ...unitScale, solventDensity: mask ? density : 0, solventB: b };
  const f = amplitudesOf(parts, scale);
  const notes = dispersionNotes(model, wavelengthA);
  if (mask) notes.push(`the bulk solvent fills ${(100 * mask.fraction).toFixed(0)} % of the cell, with ${density} electrons/A^3 and B = ${b} A^2`);
  return { hkl, f, areMatesApart, warnings: model.warnings, scale, f000: f.get(0), solventFraction: mask?.fraction, notes };
}

function dispersionNotes({ kinds }: AtomicModel, wavelengthA: number | undefined): string[] {
  if (wavelengthA === undefined) return [];
  const said = kinds.map(({ element, dispersion: { real, imaginary } }) => `${element} ${real.toFixed(2)} ${imaginary.toFixed(2)}`);
  return [`f' and f'' at ${(electronVoltAngstrom / wavelengthA).toFixed(0)} eV: ${[...new Set(said)].join(", ")}`];
}

/** A scale that was fitted to measured amplitudes, and what it makes of a structure. */
export interface FittedAmplitudes extends FittedScale {
  /** calculated for any reflections, on the scale of the measurement */
  readonly amplitudesAt: (hkl: NdArray) => NdArray;
  /** shape [n], for the measured reflections */
  readonly calculated: NdArray;
  /** electrons in the unit cell */
  readonly f000: number;
  /** where the solvent ends: the published convention, or the radii that were searched; undefined where there is no solvent */
  readonly edge: SolventConvention | SolventRadii | undefined;
}

/**
 * The structure's amplitudes with scale, common displacement and solvent fitted to measured ones. Unless one is given, the edge of the solvent
 * is placed by each published convention, and by a search of its radii where none explains the amplitudes to 1 %; that of the smallest R factor
 * is taken.
 */
export async function fittedTo(structure: Structure, measured: Amplitudes, options: Omit<CalculatedOptions, "dminA">): Promise<FittedAmplitudes> {
  checkOptions("fittedTo", options, { wavelengthA: true, solvent: true, convention: true, probeA: true, shrinkA: true, stepA: true, cavityA3: true });
  const { wavelengthA, solvent, ...radii } = options;
  const model = new AtomicModel(structure, { wavelengthA });
  const atoms = model.calculate(measured.hkl);
  const bare: Parts<NdArray> = { cell: model.cell, hkl: measured.hkl, atoms, solvent: undefined };
  const fixed = solvent ? { solvent } : {};
  const found: FittedAmplitudes[] = [];
  const fit = async (edge: FittedAmplitudes["edge"], mask: SolventMask | undefined): Promise<void> => {
    const parts = { ...bare, solvent: mask?.structureFactors(measured.hkl) };
    const fitted = await fitScale(parts, model.symmetry, measured.f, fixed);
    const amplitudesAt = (hkl: NdArray): NdArray => amplitudesOf({ ...parts, hkl, atoms: model.calculate(hkl), solvent: mask?.structureFactors(hkl) }, fitted.scale);
    found.push({ ...fitted, edge, amplitudesAt, calculated: amplitudesOf(parts, fitted.scale), f000: amplitudesAt(array([[0, 0, 0]], "int32")).get(0) });
  };
  const dminA = finestResolution(measured, model.cell);
  if (solvent === null) await fit(undefined, undefined);
  else if (Object.values(radii).some((value) => value !== undefined)) {
    await fit(radii.convention ?? radii, new SolventMask(structure, { dminA, ...radii }));
  } else {
    for (const convention of solventConventions) await fit(convention, new SolventMask(structure, { dminA, convention }));
    // So near are only amplitudes that were calculated with a convention.
    if (found.every(({ rFactor }) => rFactor > 0.01)) {
      const { edge, mask } = await searchedEdge(structure, bare, model.symmetry, measured.f, fixed);
      await fit(edge, mask);
    }
  }
  return found.reduce((best, other) => (other.rFactor < best.rFactor ? other : best));
}

/** The finest resolution of a list, in Å. */
export function finestResolution({ hkl }: Pick<Amplitudes, "hkl">, cell: Structure["cell"]): number {
  const metric = reciprocalMetric(cell);
  let largest = 0;
  for (let i = 0; i < hkl.shape[0]; i++) largest = Math.max(largest, inverseSquare(metric, [hkl.get(i, 0), hkl.get(i, 1), hkl.get(i, 2)]));
  return 1 / Math.sqrt(largest);
}
