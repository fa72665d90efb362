import { InputError } from "../../ndarray/errors.js";
import type { CrystalRecord, ExperimentRecord } from "./record.js";
import { identity, plus, reciprocalOf, rotationAbout, scaled, times, transform, type Matrix3 } from "./vector.js";

/** Number of images that a record is of; one where it names none. */
export function imageCount({ images, scan }: ExperimentRecord): number {
  return Math.max(1, images.length, scan ? scan.lastImage - scan.firstImage + 1 : 0);
}

/**
 * The angle of the spindle at the middle of an image, in degrees.
 * @param image from 0
 */
export function angleAt({ scan }: ExperimentRecord, image: number): number | undefined {
  return scan && scan.startDeg + (image + 0.5) * (scan.widthDeg ?? 0);
}

/** What the goniometer does to a crystal at the middle of an image. */
export function turnAt(record: ExperimentRecord, image: number): Matrix3 {
  const { goniometer } = record;
  if (goniometer === undefined) return identity;
  const { axis, fixed, setting } = goniometer;
  return times(setting, times(rotationAbout(axis, angleAt(record, image) ?? 0), fixed));
}

/**
 * A crystal as it stands in the laboratory at the middle of an image.
 * @param image from 0
 * @throws InputError when the record has no such image
 */
export function crystalAt(record: ExperimentRecord, crystal: CrystalRecord, image: number): CrystalRecord {
  const count = imageCount(record);
  if (!(image >= 0 && image < count)) throw new InputError(`${record.source} has ${count === 1 ? "1 image" : `${count} images`}, counted from 1, and number ${image + 1} is asked for`);
  const turn = turnAt(record, image);
  const { a, b, c, scanPoints, ...rest } = crystal;
  const [restA, restB, restC] = scanPoints ? between(scanPoints[image], scanPoints[image + 1]) : [a, b, c];
  return { ...rest, a: transform(turn, restA), b: transform(turn, restB), c: transform(turn, restC) };
}

/** The real axes half way between two sets of reciprocal ones. */
function between(first: Matrix3, second: Matrix3): Matrix3 {
  const [a, b, c] = first.map((row, i) => scaled(plus(row, second[i]), 0.5));
  return reciprocalOf(a, b, c);
}
