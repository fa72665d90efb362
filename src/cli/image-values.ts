import { resolve } from "node:path";
import { withImageValues } from "../io/geometry/image-values.js";
import { named, type ExperimentRecord, type ImageValue } from "../io/geometry/record.js";
import { withHdf5, type Hdf5File } from "../io/hdf5/open.js";
import { beginsAsHdf5, frameNameOf } from "../io/image-file.js";
import { unitNamed } from "../io/hdf5/transformations.js";
import { InputError } from "../ndarray/errors.js";
import type { StatedGeometry } from "./geometry-from-flags.js";

/**
 * A record with the numbers that it leaves to the image's file, where that is an HDF5 file.
 * @param image its name, with "#n" behind it for the image n
 * @throws InputError when the file has numbers of other images only
 */
export async function recordOfImage(record: ExperimentRecord, image: string, cwd: string): Promise<ExperimentRecord> {
  const { file, frame = 1 } = frameNameOf(image);
  const path = resolve(cwd, file);
  if ((record.leftToImage ?? []).length === 0) return record;
  if (!(await beginsAsHdf5(path))) return withImageValues(record, () => undefined, `${file}, which is no HDF5 file,`);
  return withHdf5(path, file, (opened) => {
    const stated = withImageValues(record, (at) => numberOf(opened, at, frame), file);
    return { ...stated, remarks: [...stated.remarks, ...(record.leftToImage ?? []).flatMap((value) => otherUnit(opened, value))] };
  });
}

/** What a geometry file states, for an image that states the rest; its warnings are of that image, too. */
export async function geometryOfImage(geometry: StatedGeometry, image: string, cwd: string): Promise<StatedGeometry> {
  const { remarks, source } = geometry.record;
  const record = await recordOfImage(geometry.record, image, cwd);
  const gone = remarks.filter((remark) => !record.remarks.includes(remark)).map((remark) => named(source, remark));
  const added = record.remarks.filter((remark) => !remarks.includes(remark));
  return { ...geometry, record, warnings: [...geometry.warnings.filter((warning) => !gone.includes(warning)), ...added] };
}

/** A sentence, where a data set states another unit than the geometry file, whose unit counts. */
function otherUnit(file: Hdf5File, { quantity, path, unit, statedBy }: ImageValue): string[] {
  const said = file.attribute(path, "units");
  if (typeof said !== "string") return [];
  const kind = quantity === "wavelength" ? "wavelength" : quantity === "photon energy" ? "energy" : "length";
  const own = unitNamed(said, kind);
  return own !== undefined && Math.abs(own / unit - 1) < 1e-9 ? [] : [`${file.name}: ${path} has units of ${said}, and is read as the geometry file says: ${statedBy}`];
}

/** The number of a data set that holds one for all images, or one for each. */
function numberOf(file: Hdf5File, path: string, frame: number): number | undefined {
  const dataset = file.dataset(path);
  if (dataset === undefined || dataset.numberType === "") return undefined;
  const numbers = dataset.numbers();
  if (numbers.length > 1 && frame > numbers.length) throw new InputError(`${file.name}: ${path} has ${numbers.length} numbers, and none for image ${frame}`);
  const value = numbers[numbers.length > 1 ? frame - 1 : 0];
  return Number.isFinite(value) ? value : undefined;
}
