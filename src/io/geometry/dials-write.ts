import { InputError } from "../../ndarray/errors.js";
import type { DialsImage } from "./dials.js";
import { editJson, type JsonPath } from "./json-edit.js";
import { JsonValue } from "./json.js";
import { halfOfDeviation, hasEvenSpread } from "./mosaicity.js";
import type { CrystalRecord, ExperimentRecord, PanelRecord } from "./record.js";
import { turnAt } from "./setting.js";
import { cross, direction, identity, lengthOf, minus, plus, scaled, times, transform, transposed, type Matrix3, type Vector3 } from "./vector.js";

type Edit = readonly [JsonPath, number | readonly number[]];

/** Numbers that differ by less are the same. */
const rounding = 1e-12;

/**
 * A DIALS experiment list with the models of one image as they were refined: wavelength and direction of the beam, place and
 * orientation of the panels, real axes and mosaicity of the crystals. What has not changed stands as it stood, character for character.
 * @param text of the file
 * @param image that was read of it
 * @param refined its record with other numbers; crystals in the laboratory, at the middle of the image
 * @param number of the image in its scan, from 0
 * @throws InputError when the record has other panels or crystals than the file
 */
export function formatDials(text: string, { record, beam, detector, crystals }: DialsImage, refined: ExperimentRecord, number: number): string {
  const { source } = record;
  if (refined.panels.length !== record.panels.length || refined.crystals.length !== record.crystals.length) {
    throw new InputError(`${source} has ${record.panels.length} panels and ${record.crystals.length} crystals, and ${refined.panels.length} and ${refined.crystals.length} were refined`);
  }
  const edits: Edit[] = [];
  const { wavelengthA, direction: along } = refined.beam;
  if (wavelengthA !== undefined && !isNear([wavelengthA], [record.beam.wavelengthA ?? 0])) edits.push([["beam", beam, "wavelength"], wavelengthA]);
  if (along && !isNear(along, record.beam.direction ?? [0, 0, 0])) edits.push([["beam", beam, "direction"], scaled(along, -1)]);

  const frames = parentFrames(JsonValue.parse(text, source).need("detector").list()[detector]);
  refined.panels.forEach((panel, i) => {
    const before = record.panels[i];
    if (isNear([...panel.originMm, ...panel.fast, ...panel.slow], [...before.originMm, ...before.fast, ...before.slow])) return;
    const path: JsonPath = ["detector", detector, "panels", i];
    const [local, resting] = [panel, before].map((placed) => inParent(frames.get(i), placed));
    const changed = (key: string, found: Vector3, wanted: Vector3): Edit[] => (isNear(found, wanted) ? [] : [[[...path, key], found]]);
    edits.push(...changed("origin", local.origin, resting.origin), ...changed("fast_axis", local.fast, resting.fast), ...changed("slow_axis", local.slow, resting.slow));
  });

  // From the middle of the image back to the goniometer at zero.
  const back = transposed(turnAt(record, number));
  refined.crystals.forEach((crystal, i) => {
    const before = record.crystals[i];
    const resting = [crystal.a, crystal.b, crystal.c].map((axis) => transform(back, axis));
    const names = (["a", "b", "c"] as const).filter((name, axis) => !isNear(resting[axis], before[name], 1e-9));
    if (names.length > 0 && before.scanPoints) throw new InputError(`${source} has a crystal at every image of the scan, and one at a single image cannot take its place`);
    for (const name of names) edits.push([["crystal", crystals[i], `real_space_${name}`], resting["abc".indexOf(name)]]);
    for (const [key, value] of widthsOf(crystal, before)) edits.push([["crystal", crystals[i], key], value]);
  });
  return editJson(text, edits);
}

/**
 * The keys of a crystal's mosaicity that change: half of an even spread and the domains' size where the file has both, else the standard
 * deviation alone.
 */
function widthsOf({ mosaicityDeg, domainSizeA }: CrystalRecord, before: CrystalRecord): (readonly [string, number])[] {
  const changed = (key: string, value: number | undefined, was: number | undefined): (readonly [string, number])[] =>
    value === undefined || (was !== undefined && isNear([value], [was])) ? [] : [[key, value]];
  if (!hasEvenSpread(before)) return changed("mosaicity", mosaicityDeg, before.mosaicityDeg);
  const half = mosaicityDeg === undefined ? undefined : mosaicityDeg * halfOfDeviation;
  return [...changed("ML_half_mosaicity_deg", half, before.halfMosaicityDeg), ...changed("ML_domain_size_ang", domainSizeA, before.domainSizeA)];
}

function isNear(found: readonly number[], wanted: readonly number[], tolerance = rounding): boolean {
  return found.every((value, i) => Math.abs(value - wanted[i]) <= tolerance * Math.max(1, Math.abs(wanted[i])));
}

interface Frame {
  readonly origin: Vector3;
  readonly axes: Matrix3;
}

/** The frame in the laboratory of the group that each panel hangs in. */
function parentFrames(detector: JsonValue): ReadonlyMap<number, Frame> {
  const frames = new Map<number, Frame>();
  const walk = (node: JsonValue, parent: Frame): void => {
    const [fast, slow] = ["fast_axis", "slow_axis"].map((key) => direction(node.need(key).vector()));
    const axes = times(parent.axes, transposed([fast, slow, direction(cross(fast, slow))]));
    const frame = { origin: plus(parent.origin, transform(parent.axes, node.need("origin").vector())), axes };
    for (const child of node.get("children")?.list() ?? []) {
      const panel = child.get("panel")?.number();
      if (panel === undefined) walk(child, frame);
      else frames.set(panel, frame);
    }
  };
  const hierarchy = detector.get("hierarchy");
  if (hierarchy) walk(hierarchy, { origin: [0, 0, 0], axes: identity });
  return frames;
}

function inParent(parent: Frame = { origin: [0, 0, 0], axes: identity }, { originMm, fast, slow }: PanelRecord) {
  const back = transposed(parent.axes);
  const unit = (axis: Vector3): Vector3 => scaled(axis, 1 / lengthOf(axis));
  return { origin: transform(back, minus(originMm, parent.origin)), fast: unit(transform(back, fast)), slow: unit(transform(back, slow)) };
}
