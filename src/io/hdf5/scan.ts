import { direction, identity } from "../geometry/vector.js";
import type { GoniometerRecord, ScanRecord } from "../geometry/record.js";
import type { Hdf5File } from "./open.js";
import { toDegrees, transformationChain, turnedByChain, type Transformation } from "./transformations.js";

/** The first number of a data set; undefined where it is not there, or not finite. */
export function numberAt(file: Hdf5File, path: string): number | undefined {
  const dataset = file.dataset(path);
  const value = dataset && dataset.numberType !== "" ? dataset.numbers()[0] : undefined;
  return Number.isFinite(value) ? value : undefined;
}

/**
 * By how much an axis turns during a frame, in degrees: as the file states it, or from one frame to the next.
 * @param axis path of its angles
 */
function widthOf(file: Hdf5File, axis: string, starts: readonly number[], remarks: string[]): number | undefined {
  const stated = (suffix: string): number | undefined => {
    const value = numberAt(file, `${axis}${suffix}`);
    return value === undefined ? undefined : value * toDegrees(file, `${axis}${suffix}`);
  };
  const end = stated("_end");
  const advances = starts.slice(1).map((angle, i) => angle - starts[i]);
  const width = stated("_range_average") ?? stated("_increment_set") ?? stated("_increment") ?? (end === undefined ? advances.at(0) : end - starts[0]);
  if (width !== undefined && advances.some((advance) => Math.abs(advance - width) > 0.01 * Math.abs(width))) {
    remarks.push(`the angles of ${axis} do not advance by the ${width} degrees of a frame; frames are taken to follow one another from ${starts[0]}`);
  }
  return width;
}

/** The turn about the goniometer's omega, which an Eiger's file lists for each frame. */
export function plainScan(file: Hdf5File, path: string, frames: number, remarks: string[]): { goniometer?: GoniometerRecord; scan?: ScanRecord } {
  const stated = file.dataset(`${path}/omega`)?.numbers() ?? [];
  if (stated.length === 0) return {};
  const factor = toDegrees(file, `${path}/omega`);
  const starts = stated.map((angle) => angle * factor);
  const widthDeg = widthOf(file, `${path}/omega`, starts, remarks);
  const scan = { firstImage: 1, lastImage: frames, startDeg: starts[0], widthDeg };
  return widthDeg === undefined || widthDeg === 0 ? { scan } : { scan, goniometer: { axis: [1, 0, 0], fixed: identity, setting: identity } };
}

/** The axis of the sample's chain that moves, and how. */
export function sampleScan(file: Hdf5File, sample: string, frames: number, remarks: string[]): { goniometer?: GoniometerRecord; scan?: ScanRecord } {
  const first = file.dataset(`${sample}/depends_on`)?.text();
  if (first === undefined || first === ".") return {};
  const chain = transformationChain(file, first.startsWith("/") ? first : `${sample}/${first}`).filter(({ isRotation }) => isRotation);
  if (chain.length === 0) return {};
  const moving = chain.findIndex(({ path, values }) => (widthOf(file, path, values, []) ?? 0) !== 0);
  const at = moving < 0 ? 0 : moving;
  const { path, vector, values } = chain[at];
  const widthDeg = widthOf(file, path, values, remarks);
  const columns = (part: readonly Transformation[]) => {
    const [x, y, z] = identity.map((unit) => turnedByChain(part, 0, unit));
    return [[x[0], y[0], z[0]], [x[1], y[1], z[1]], [x[2], y[2], z[2]]] as const;
  };
  return {
    goniometer: { axis: direction(vector), fixed: columns(chain.slice(0, at)), setting: columns(chain.slice(at + 1)) },
    scan: { firstImage: 1, lastImage: frames, startDeg: values[0], widthDeg },
  };
}
