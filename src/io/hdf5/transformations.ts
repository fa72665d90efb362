import { InputError } from "../../ndarray/errors.js";
import { direction, plus, rotationAbout, scaled, transform, type Vector3 } from "../geometry/vector.js";
import type { Hdf5File } from "./open.js";

/** A step of a NeXus chain of transformations: a rotation in degrees or a translation in mm, about or along a vector, behind an offset in mm. */
export interface Transformation {
  readonly path: string;
  readonly isRotation: boolean;
  readonly vector: Vector3;
  readonly offsetMm: Vector3;
  readonly values: readonly number[];
}

const millimetres: ReadonlyMap<string, number> = new Map([
  ["m", 1000],
  ["meter", 1000],
  ["metre", 1000],
  ["cm", 10],
  ["mm", 1],
  ["um", 1e-3],
  ["nm", 1e-6],
  ["pixel", 0],
]);

/** The factor from a data set's unit of length to mm; metres unless it states a unit. */
export function toMillimetres(file: Hdf5File, path: string, attribute = "units"): number {
  const units = file.attribute(path, attribute);
  const factor = millimetres.get(typeof units === "string" && units !== "" ? units.trim() : "m");
  if (factor === undefined) throw new InputError(`${file.name}: ${path} has the unit "${String(units)}", which is not one of length`);
  return factor;
}

/**
 * The chain of transformations that begins at a data set, innermost first.
 * @throws InputError when it depends on itself or on something that is not there
 *
 * Source: NeXus manual, NXtransformations.
 */
export function transformationChain(file: Hdf5File, first: string): Transformation[] {
  const chain: Transformation[] = [];
  for (let path = first; path !== "." && path !== ""; ) {
    if (chain.some((step) => step.path === path)) throw new InputError(`${file.name}: ${path} depends on itself`);
    const dataset = file.dataset(path);
    if (dataset === undefined) throw new InputError(`${file.name}: something depends on ${path}, which is not there`);
    const isRotation = file.attribute(path, "transformation_type") === "rotation";
    const factor = isRotation ? 1 : toMillimetres(file, path);
    const offset = vectorOf(file.attribute(path, "offset")) ?? [0, 0, 0];
    chain.push({
      path,
      isRotation,
      vector: vectorOf(file.attribute(path, "vector")) ?? [0, 0, 0],
      offsetMm: scaled(offset, file.attribute(path, "offset_units") === undefined ? 1000 : toMillimetres(file, path, "offset_units")),
      values: dataset.numbers().map((value) => value * factor),
    });
    const next = file.attribute(path, "depends_on");
    path = typeof next !== "string" || next === "." ? "." : next.startsWith("/") ? next : path.replace(/[^/]*$/, next);
  }
  return chain;
}

export function vectorOf(value: string | readonly number[] | undefined): Vector3 | undefined {
  return typeof value === "object" && value.length === 3 ? [value[0], value[1], value[2]] : undefined;
}

/** Where a point comes to lie behind a chain, at a frame of the scan. */
export function throughChain(chain: readonly Transformation[], frame: number, start: Vector3): Vector3 {
  return chain.reduce<Vector3>((point, { isRotation, vector, offsetMm, values }) => {
    const value = values[Math.min(frame, values.length - 1)] ?? 0;
    const moved = isRotation ? transform(rotationAbout(vector, value), point) : plus(point, scaled(direction(vector), value));
    return plus(moved, offsetMm);
  }, start);
}

/** What a direction becomes behind a chain. */
export function turnedByChain(chain: readonly Transformation[], frame: number, vector: Vector3): Vector3 {
  return chain.reduce<Vector3>(
    (turned, { isRotation, vector: axis, values }) =>
      isRotation ? transform(rotationAbout(axis, values[Math.min(frame, values.length - 1)] ?? 0), turned) : turned,
    vector,
  );
}
