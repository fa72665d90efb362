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

/** The factor from a data set's unit of length to mm; metres unless it states a unit. */
export function toMillimetres(file: Hdf5File, path: string, attribute = "units"): number {
  return factorOf(file, path, "length", attribute);
}

/** The factor from a data set's unit of angle to degrees; degrees unless it states a unit. */
export function toDegrees(file: Hdf5File, path: string): number {
  return factorOf(file, path, "angle");
}

/** The factor from a data set's unit of wavelength to A; A unless it states a unit. */
export function toAngstrom(file: Hdf5File, path: string): number {
  return factorOf(file, path, "wavelength");
}

/** The factor from a data set's unit of energy to eV; eV unless it states a unit. */
export function toElectronVolts(file: Hdf5File, path: string): number {
  return factorOf(file, path, "energy");
}

/** What one of each unit is in mm, degrees, A and eV; "" where none is stated. */
const units = {
  length: { "": 1000, m: 1000, meter: 1000, metre: 1000, cm: 10, mm: 1, millimeter: 1, millimetre: 1, um: 1e-3, "\u00b5m": 1e-3, "\u03bcm": 1e-3, micron: 1e-3, nm: 1e-6, pixel: 0 },
  angle: { "": 1, deg: 1, degree: 1, "\u00b0": 1, rad: 180 / Math.PI, radian: 180 / Math.PI, mrad: 0.18 / Math.PI, arcmin: 1 / 60, arcsec: 1 / 3600 },
  wavelength: { "": 1, a: 1, ang: 1, angstrom: 1, "\u00e5": 1, "\u212b": 1, nm: 10, pm: 0.01, m: 1e10 },
  energy: { "": 1, ev: 1, kev: 1e3, mev: 1e6, j: 1 / 1.602176634e-19 },
} as const;

/** What a unit is in mm, degrees, A or eV; undefined where it is none of its kind. */
export function unitNamed(stated: string, kind: keyof typeof units): number | undefined {
  const word = stated.trim().toLowerCase();
  return Object.entries(units[kind]).find(([unit]) => unit === word || (unit.length > 2 && `${unit}s` === word))?.[1];
}

function factorOf(file: Hdf5File, path: string, kind: keyof typeof units, attribute = "units"): number {
  const stated = file.attribute(path, attribute);
  const factor = unitNamed(typeof stated === "string" ? stated : "", kind);
  if (factor === undefined) throw new InputError(`${file.name}: ${path} has the unit "${String(stated)}", which is not one of ${kind}`);
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
    const factor = isRotation ? toDegrees(file, path) : toMillimetres(file, path);
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
