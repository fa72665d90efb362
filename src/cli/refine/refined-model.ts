import { known, type Quantity } from "../../autodiff/tape.js";
import { formatDials } from "../../io/geometry/dials-write.js";
import { parseDials } from "../../io/geometry/dials.js";
import { parseModelFile } from "../../io/geometry/model-file.js";
import type { CrystalRecord, ExperimentRecord } from "../../io/geometry/record.js";
import { imageCount, turnAt } from "../../io/geometry/setting.js";
import { minus, plus, transform, transposed, type Vector3 } from "../../io/geometry/vector.js";
import { geometryIn } from "../../io/geometry/crystfel-stream.js";
import { formatCrystfelGeometry, withCameraLength } from "../../io/geometry/crystfel-write.js";
import { parseCrystfelGeometry } from "../../io/geometry/crystfel.js";
import { formatXparm } from "../../io/geometry/xds.js";
import { meanSquareAngleFactor } from "../../models/ran1.js";
import { hasEvenSpread } from "../../io/geometry/mosaicity.js";
import { componentsOf } from "../../physics/symmetric.js";
import { turnsOf } from "../../refine/boxes/block-parameters.js";
import { orientedLattice } from "../../models/crystal.js";
import { detectorFrame } from "../../models/detector.js";
import type { Experiment } from "../../models/experiment.js";
import { detectorsOf } from "../../models/panels.js";
import { radiansPerDegree } from "../../physics/constants.js";
import { rotate, type Vector } from "../../physics/vector.js";
import { recordOfImage } from "../image-values.js";
import { readModelText } from "../source.js";
import { frameNameOf } from "../../io/image-file.js";

/** A file of another program's that holds the refined models. */
export interface RefinedModel {
  /** the name that the other program gives it */
  readonly name: string;
  readonly content: string;
  /** a sentence on what was refined and has no place in the file */
  readonly lost?: string;
}

/** Refined experiments by the numbers of their crystals in the model file. */
export type RefinedCrystals = ReadonlyMap<number | undefined, Experiment<Quantity>>;

/**
 * The model file that a refinement began with, with the refined models in it: of DIALS and CrystFEL the same file with other numbers (of a
 * stream its geometry), of XDS a new XPARM.XDS.
 * @param name of the model file, with "#n" behind it for the image n
 * @param refined the refined ones by the numbers of their crystals, from 0; undefined for the number where the file has no crystal
 * @param imageName of the refined image, to whose file the model file may leave numbers
 * @returns undefined where the file is not of these kinds
 */
export async function refinedModel(cwd: string, name: string, refined: RefinedCrystals, imageName?: string): Promise<RefinedModel | undefined> {
  const { file, frame } = frameNameOf(name);
  const text = await readModelText(cwd, file);
  if (text === undefined) return undefined;
  if (text.trimStart().startsWith("{")) {
    let image = (frame ?? 1) - 1;
    for (const models of parseDials(text, file)) {
      const count = imageCount(models.record);
      if (image < count) {
        const written = refinedRecord(models.record, image, refined);
        return withLost("refined.expt", formatDials(text, models, written, image), lostInDials(written, models.record, refined));
      }
      image -= count;
    }
    return undefined;
  }
  const { record: stated, image } = parseModelFile(text, file).image(frame ?? 1);
  const record = imageName === undefined ? stated : await recordOfImage(stated, imageName, cwd);
  if (record.kind.startsWith("CrystFEL")) return withLost("refined.geom", refinedGeometry(geometryIn(text), record, refinedRecord(record, image, refined)), ["the crystal, its orientation and its cell"]);
  if (!record.kind.startsWith("XDS")) return undefined;
  const written = refinedRecord(record, image, refined);
  const back = transposed(turnAt(record, image));
  const resting = (of: CrystalRecord): CrystalRecord => ({ ...of, a: transform(back, of.a), b: transform(back, of.b), c: transform(back, of.c) });
  const widths = [...refined.values()].some(({ crystal }) => mosaicityOf(crystal) !== undefined || crystal.domainA) ? ["the crystal's mosaicity and domains"] : [];
  return withLost("XPARM.XDS", formatXparm({ ...written, crystals: written.crystals.map(resting) }), [...widths, ...blocksOf(refined)]);
}

function withLost(name: string, content: string, lost: readonly string[]): RefinedModel {
  const all = lost.length > 1 ? `${lost.slice(0, -1).join(", ")} and ${lost[lost.length - 1]}` : lost[0];
  return { name, content, ...(all !== undefined && { lost: `${name} has no place for ${all}, which refinement.json holds` }) };
}

/** What a DIALS model has no place for. */
function lostInDials({ crystals }: ExperimentRecord, before: ExperimentRecord, refined: RefinedCrystals): string[] {
  const isOf = (isLost: (crystal: Experiment<Quantity>["crystal"], number: number) => boolean): boolean => [...refined].some(([number = 0, { crystal }]) => isLost(crystal, number));
  const mean = crystals.flatMap(({ mosaicityDeg }, i) => (refined.has(i) && mosaicityDeg !== undefined ? [Number(mosaicityDeg.toPrecision(3))] : []));
  return [
    ...(isOf(({ etaDeg = 0 }) => componentsOf(etaDeg).length > 1) ? [`the mosaicity about each axis (one number stands for all: ${mean.join(", ")} degrees)`] : []),
    ...(isOf(({ domainA }, number) => domainA !== undefined && !hasEvenSpread(before.crystals[number])) ? ["the size of the domains"] : []),
    ...blocksOf(refined),
    ...([...refined.values()].some(({ beam, detector }) => isWide(beam.bandwidthPercent) || isWide(beam.beamDivergenceMrad) || isWide(detector.footprintMm)) ? ["other widths (bandwidth, divergence, footprint)"] : []),
  ];
}

function isWide(width: Quantity | readonly Quantity[] | undefined): boolean {
  return [width ?? 0].flat().some((component) => known(component) !== 0);
}

function blocksOf(refined: RefinedCrystals): string[] {
  return [...refined.values()].some(({ crystal: { blocks = [] } }) => blocks.length > 1) ? ["the blocks (it has their mean orientation)"] : [];
}

/**
 * A geometry file with its panels moved as they were refined. What the image itself adds to their places, such as the camera length, stays
 * open; a camera length that an option has stated in its place is written.
 */
function refinedGeometry(text: string, before: ExperimentRecord, after: ExperimentRecord): string {
  const moves = after.panels.map(({ originMm }, i) => minus(originMm, before.panels[i].originMm));
  const cameraMm = before.openShift ? moves.reduce((sum, [, , z]) => sum + z, 0) / moves.length : 0;
  const closed = before.openShift ? withCameraLength(text, cameraMm) : text;
  const stated = parseCrystfelGeometry(closed, before.source);
  const panels = stated.panels.map((panel, i) => ({ ...after.panels[i], originMm: plus(panel.originMm, minus(moves[i], [0, 0, cameraMm])) }));
  return formatCrystfelGeometry(closed, { ...stated, panels });
}

/** A record with the refined numbers, its crystals in the laboratory at the middle of the image; of blocks their mean orientation. */
function refinedRecord(record: ExperimentRecord, image: number, refined: RefinedCrystals): ExperimentRecord {
  const [experiment] = [...refined.values()];
  const frames = detectorsOf(experiment).map(detectorFrame);
  const turn = turnAt(record, image);
  const turned = ({ a, b, c, ...rest }: CrystalRecord): CrystalRecord => ({ ...rest, a: transform(turn, a), b: transform(turn, b), c: transform(turn, c) });
  return {
    ...record,
    beam: { ...record.beam, wavelengthA: known(experiment.beam.wavelengthA) },
    panels: record.panels.map((panel, i) => {
      const { origin, fast, slow } = frames[i];
      return { ...panel, originMm: vector(origin, 1000), fast: vector(fast), slow: vector(slow) };
    }),
    crystals: record.crystals.map((of, i) => {
      const own = refined.get(i);
      return own ? { ...of, ...meanAxes(own), ...widthsOf(own) } : turned(of);
    }),
  };
}

function vector([x, y, z]: Vector, factor = 1): Vector3 {
  return [known(x) * factor, known(y) * factor, known(z) * factor];
}

/** The real axes of a crystal as its blocks have them on average. */
function meanAxes({ crystal }: Experiment<Quantity>): Pick<CrystalRecord, "a" | "b" | "c"> {
  const { direct } = orientedLattice(crystal);
  const { blocks = [{}] } = crystal;
  const weights = blocks.map(({ weight = 1 }) => known(weight));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (axis: 0 | 1 | 2): number => blocks.reduce((sum, { rotationDeg = [0, 0, 0] }, i) => sum + (weights[i] / total) * known(rotationDeg[axis]), 0);
  const turn: Vector<number> = [mean(0) * radiansPerDegree, mean(1) * radiansPerDegree, mean(2) * radiansPerDegree];
  return { a: vector(rotate(direct.a, turn)), b: vector(rotate(direct.b, turn)), c: vector(rotate(direct.c, turn)) };
}

/** The mosaicity as one number, and the domain's mean length, where a crystal has them. */
function widthsOf({ crystal }: Experiment<Quantity>): Pick<CrystalRecord, "mosaicityDeg" | "domainSizeA"> {
  const mosaicityDeg = mosaicityOf(crystal);
  const { domainA } = crystal;
  return { ...(mosaicityDeg !== undefined && { mosaicityDeg }), ...(domainA && { domainSizeA: (known(domainA[0]) + known(domainA[1]) + known(domainA[2])) / 3 }) };
}

/** The standard deviation of the turns about the three axes, root mean square, of all blocks' domains; undefined for a crystal without any. */
function mosaicityOf(crystal: Experiment<Quantity>["crystal"]): number | undefined {
  const { etaDeg, mosaic } = crystal;
  const turns = turnsOf({ crystal });
  const mean = [0, 1, 2].map((axis) => turns.reduce((sum, { share, rotationDeg }) => sum + share * rotationDeg[axis], 0));
  const ofBlocks = turns.reduce((sum, { share, rotationDeg }) => sum + share * rotationDeg.reduce((square, angle, axis) => square + (angle - mean[axis]) ** 2, 0), 0);
  const ofDomains = etaDeg === undefined ? (mosaic && mosaic.domains > 1 ? meanSquareAngleFactor * known(mosaic.spreadDeg) ** 2 : undefined) : traceOfSquare(componentsOf(etaDeg).map(known));
  return ofDomains === undefined && ofBlocks === 0 ? undefined : Math.sqrt(((ofDomains ?? 0) + ofBlocks) / 3);
}

function traceOfSquare([xx, yy = xx, zz = xx, xy = 0, xz = 0, yz = 0]: readonly number[]): number {
  return xx ** 2 + yy ** 2 + zz ** 2 + 2 * (xy ** 2 + xz ** 2 + yz ** 2);
}
