import { div, mul } from "../autodiff/primitives/elementwise.js";
import { known, type Operand, type Quantity } from "../autodiff/tape.js";
import { avogadro, electronRadiusSquared, waterF, waterMolecularWeight } from "../physics/constants.js";
import { norm } from "../physics/vector.js";
import type { Amorphous } from "./amorphous.js";
import type { Background } from "./background.js";
import { defaultFluence, type Beam } from "./beam.js";
import { orientedLattice, type Crystal } from "./crystal.js";
import type { Draws } from "./draws.js";
import { detectorFrame, type Detector } from "./detector.js";
import { detectorsOf, type MountedPanels } from "./panels.js";
import type { StructureFactors } from "./structure-factors.js";

/** What stands in the hutch. */
export interface Experiment<Q = number> {
  /** the X-rays */
  readonly beam: Beam<Q>;
  /** what scatters them */
  readonly crystal: Crystal<Q>;
  /** what counts them */
  readonly detector: Detector<Q>;
  /** many panels that the detector carries along, and that count in its place; one panel unless given */
  readonly panels?: MountedPanels<Q>;
  /** a grid, or one number of electrons for all reflections */
  readonly structureFactors: StructureFactors | number;
  /** in place of the grid's own numbers, where the amplitudes themselves are parameters */
  readonly amplitudes?: Operand;
  /** draws of what widens spots, where they are sampled and not in closed form; none unless given */
  readonly draws?: Draws;
  /** edge of a cube of water in the beam, whose scattering is the background; none unless given */
  readonly waterUm?: Q;
  /** materials without crystal order in the beam: air, liquids, glasses, powders; none unless given */
  readonly amorphous?: readonly Amorphous<Q>[];
  /** photons in each pixel that neither crystal nor water scatter; none unless given */
  readonly background?: Background<Q>;
}

/** Scattering of the water, in the units in which a step's intensity is summed. */
export function waterBackground({ waterUm = 0, beam: { fluence = defaultFluence } }: Experiment<Quantity>): Quantity {
  if (waterUm === 0) return 0;
  const edge = div(waterUm, 1e6);
  const perVolume = (waterF ** 2 * electronRadiusSquared * 1e6 * avogadro) / waterMolecularWeight;
  return mul(edge, edge, edge, mul(fluence, perVolume));
}

/** From the scattering of electrons to photons in a pixel. */
export function photonsPerElectron({ fluence = defaultFluence }: Beam<Quantity>): Quantity {
  return mul(fluence, electronRadiusSquared);
}

/**
 * Sub-pixels along each edge of a pixel that resolve the finest detail of the spots: three for each.
 * @param experiment of numbers alone
 * @param detectors in place of its own
 */
export function recommendedOversample({ beam, crystal, ...placed }: Experiment<Quantity>, detectors: readonly Detector<Quantity>[] = detectorsOf(placed)): number {
  const { direct } = orientedLattice(crystal);
  const cells = crystal.cells ?? [1, 1, 1];
  const edges = [direct.a, direct.b, direct.c].map((edge, axis) => known(mul(cells[axis], norm(edge))));
  const needed = detectors.map((detector) => {
    const frame = detectorFrame(detector);
    const finest = Math.abs(known(div(mul(beam.wavelengthA, frame.distance), Math.max(...edges))));
    return Math.ceil((3 * known(frame.pixelSize)) / finest);
  });
  return Math.max(1, ...needed);
}
