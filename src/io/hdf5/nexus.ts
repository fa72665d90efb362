import { allocate } from "../../ndarray/dtype.js";
import { InputError } from "../../ndarray/errors.js";
import { fromData, zeros, type NdArray } from "../../ndarray/ndarray.js";
import { direction, lengthOf, scaled } from "../geometry/vector.js";
import type { ExperimentRecord, PanelRecord } from "../geometry/record.js";
import type { Hdf5Dataset, Hdf5File } from "./open.js";
import { throughChain, toMillimetres, transformationChain, turnedByChain, type Transformation } from "./transformations.js";
import { numberAt, plainScan, sampleScan } from "./scan.js";
import { wavelengthOf } from "./wavelength.js";

/** One frame of an HDF5 file. */
export interface NexusImage {
  /** float64, [slow, fast] or, of many modules, [panel, slow, fast] */
  readonly image: NdArray;
  /** int32, 0 where the file says that a pixel does not count */
  readonly mask: NdArray | undefined;
  readonly overload: number | undefined;
  readonly isCounted: boolean;
  readonly frames: number;
  readonly record: ExperimentRecord;
}

/**
 * Reads a frame of a NeXus file (NXmx), of an Eiger's master file, or of any HDF5 file with a stack of images.
 * @param frame number of the frame, from 1
 * @param dataSet the one with the images; found by the conventions unless given
 * @throws InputError when there is no such frame, or the file contradicts itself
 *
 * Source: NeXus manual, NXmx; Dectris, SIMPLON API reference.
 */
export function readNexus(file: Hdf5File, frame: number, dataSet?: string): NexusImage {
  const remarks: string[] = [];
  const stacks = dataSet === undefined ? findStacks(file, remarks) : [stackNamed(file, dataSet)];
  const counts = stacks.map(({ shape }) => (shape.length === 2 ? 1 : shape[0]));
  const frames = counts.reduce((sum, count) => sum + count, 0);
  if (!(frame >= 1 && frame <= frames)) {
    throw new InputError(`${file.name} holds ${frames === 1 ? "1 frame" : `${frames} frames`}, counted from 1, and number ${frame} is asked for`);
  }
  let index = frame - 1;
  const at = counts.findIndex((count) => (index < count ? true : ((index -= count), false)));
  const stack = stacks[at];
  const shape = stack.shape.length === 2 ? stack.shape : stack.shape.slice(1);
  const { image, mask, isCounted } = pixelsOf(stack.shape.length === 2 ? stack.numbers() : stack.plane(index), shape, stack.numberType, maskOf(file, shape, frame - 1, frames));
  const detector = detectorPath(file);
  const limits = ["saturation_value", "countrate_correction_count_cutoff", "detectorSpecific/saturation_value", "detectorSpecific/countrate_correction_count_cutoff"]
    .map((name) => numberAt(file, `${detector}/${name}`) ?? 0)
    .filter((value) => value > 0);
  const overload = limits.length > 0 ? Math.min(...limits) : undefined;
  const record = recordOf(file, detector, [shape[shape.length - 2], shape[shape.length - 1]], frame - 1, frames, overload);
  return { image, mask, isCounted, frames, overload, record: { ...record, remarks: [...remarks, ...record.remarks] } };
}

const entries = ["/entry", "/entry_1"];
const groups = ["data", "data_1", "instrument/detector", "instrument_1/detector_1"];

/** The data sets that hold the frames, in order. */
function findStacks(file: Hdf5File, remarks: string[]): readonly Hdf5Dataset[] {
  for (const entry of [...entries, ""]) {
    for (const group of groups) {
      const path = `${entry}/${group}`;
      const names = file.keys(path);
      const parts = names.filter((name) => /^data_\d+$/.test(name)).sort((one, other) => Number(one.slice(5)) - Number(other.slice(5)));
      const single = names.includes("data") ? file.dataset(`${path}/data`) : undefined;
      if (single && isStack(single)) return [single];
      if (parts.length === 0) continue;
      return parts.map((name) => {
        const part = file.dataset(`${path}/${name}`);
        if (part === undefined || !isStack(part)) throw new InputError(`${file.name}: ${path}/${name} lies in another file, which is not beside it or has no images`);
        return part;
      });
    }
  }
  const found = stacksBelow(file, "/", 6);
  if (found.length === 0) throw new InputError(`${file.name} is an HDF5 file without a stack of images`);
  const size = ({ shape }: Hdf5Dataset): number => shape.reduce((product, extent) => product * extent, 1);
  const largest = Math.max(...found.map(size));
  const [first, ...others] = found.filter((stack) => size(stack) === largest);
  if (others.length > 0) remarks.push(`the file holds ${others.length + 1} data sets that may be the images: ${first.path} is read, and ${others.map(({ path }) => path).join(", ")} not`);
  return [first];
}

function stackNamed(file: Hdf5File, path: string): Hdf5Dataset {
  const dataset = file.dataset(path);
  if (dataset === undefined || !isStack(dataset)) throw new InputError(`${file.name} has no data set ${path} of images, which the geometry file names`);
  return dataset;
}

function isStack({ shape, numberType }: Hdf5Dataset): boolean {
  return numberType !== "" && shape.length >= 2 && shape.length <= 4 && shape.every((extent) => extent > 0);
}

/** The stacks below a group, where nothing says which one holds the images. */
function stacksBelow(file: Hdf5File, path: string, depth: number): Hdf5Dataset[] {
  return (depth > 0 ? file.keys(path) : []).flatMap((name) => {
    const child = `${path === "/" ? "" : path}/${name}`;
    const dataset = file.dataset(child);
    if (dataset === undefined) return stacksBelow(file, child, depth - 1);
    return isStack(dataset) ? [dataset] : [];
  });
}

/** Of unsigned pixels the largest value is none of counts: it marks gaps, and pixels that are switched off. */
const marks: ReadonlyMap<string, number> = new Map([["uint8", 2 ** 8 - 1], ["uint16", 2 ** 16 - 1], ["uint32", 2 ** 32 - 1], ["uint64", 2 ** 64]]);

function pixelsOf(values: ArrayLike<number>, shape: readonly number[], numberType: string, given: ArrayLike<number> | undefined) {
  const data = allocate("float64", values.length);
  const mask = zeros([values.length], "int32");
  const isCounted = !numberType.startsWith("float");
  const none = marks.get(numberType);
  let left = 0;
  for (let i = 0; i < data.length; i++) {
    const value = values[i];
    data[i] = value;
    const isUsed = value !== none && !Number.isNaN(value) && !(isCounted && value < 0) && (given === undefined || given[i % given.length] === 0);
    mask.data[i] = isUsed ? 1 : 0;
    if (!isUsed) left++;
  }
  return { image: fromData(data, shape), mask: left === 0 ? undefined : fromData(mask.data, shape), isCounted };
}

/** The file's own mask, or that of a frame where there is one a frame: 0 where a pixel is good. */
function maskOf(file: Hdf5File, shape: readonly number[], frame: number, frames: number): ArrayLike<number> | undefined {
  const detector = detectorPath(file);
  for (const path of [`${detector}/pixel_mask`, `${detector}/detectorSpecific/pixel_mask`]) {
    const dataset = file.dataset(path);
    if (dataset === undefined) continue;
    const own = dataset.shape.slice(-shape.length);
    if (dataset.shape.length < 2 || own.join() !== shape.slice(-own.length).join()) {
      throw new InputError(`${file.name}: ${path} has the shape ${dataset.shape.join(" x ")}, and the image ${shape.join(" x ")}`);
    }
    const isEach = dataset.shape.length > shape.length && dataset.shape[0] === frames;
    return isEach ? dataset.plane(frame) : dataset.numbers();
  }
  return undefined;
}

function detectorPath(file: Hdf5File): string {
  for (const entry of entries) {
    for (const instrument of file.keys(entry).filter((name) => name.startsWith("instrument"))) {
      const found = file.keys(`${entry}/${instrument}`).find((name) => /^detector(_1)?$|^ELE_D0$/.test(name));
      if (found !== undefined) return `${entry}/${instrument}/${found}`;
    }
  }
  return "/entry/instrument/detector";
}

function millimetres(file: Hdf5File, path: string): number | undefined {
  const value = numberAt(file, path);
  return value === undefined ? undefined : Number((value * toMillimetres(file, path)).toPrecision(12));
}

function recordOf(file: Hdf5File, detector: string, shape: readonly [number, number], frame: number, frames: number, overload: number | undefined): ExperimentRecord {
  const entry = detector.split("/").slice(0, 2).join("/");
  const { wavelengthA, remarks: ofBeam } = wavelengthOf(file, detector, frame, frames);
  const remarks = [...ofBeam];
  const modules = file.keys(detector).filter((name) => file.dataset(`${detector}/${name}/fast_pixel_direction`) !== undefined);
  const sensor = {
    material: file.dataset(`${detector}/sensor_material`)?.text(),
    thicknessUm: scaledBy(millimetres(file, `${detector}/sensor_thickness`), 1000),
  };
  const common = { sensor, trusted: { lowest: numberAt(file, `${detector}/underload_value`) ?? 0, overload } };
  const isNexus = modules.length > 0;
  const panels = isNexus
    ? modules.map((name) => ({ ...modulePanel(file, `${detector}/${name}`, name, frame, shape), ...common }))
    : plainPanel(file, detector, shape, remarks).map((panel) => ({ ...panel, ...common }));
  return {
    source: file.name,
    kind: isNexus ? "NeXus (NXmx)" : "HDF5 header",
    beam: { wavelengthA, direction: isNexus ? [0, 0, 1] : [0, 0, -1] },
    panels,
    ...(isNexus ? sampleScan(file, `${entry}/sample`, frames, remarks) : plainScan(file, `${entry}/sample/goniometer`, frames, remarks)),
    crystals: [],
    images: Array.from({ length: frames }, (_, i) => ({ file: file.name, ...(frames > 1 && { frame: i + 1 }) })),
    remarks,
  };
}

function scaledBy(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : Number((value * factor).toPrecision(12));
}

/** A module of NXmx, in the frame of NeXus: Z along the beam, Y upwards. */
function modulePanel(file: Hdf5File, path: string, name: string, frame: number, shape: readonly [slow: number, fast: number]): PanelRecord {
  const axis = (which: string): { readonly chain: readonly Transformation[]; readonly sizeMm: number } => {
    const chain = transformationChain(file, `${path}/${which}`);
    return { chain: chain.slice(1), sizeMm: chain[0].values[0] };
  };
  const [fast, slow] = [axis("fast_pixel_direction"), axis("slow_pixel_direction")];
  const along = (which: string, chain: readonly Transformation[]) => turnedByChain(chain, frame, direction(vectorAt(file, `${path}/${which}`)));
  if (!(fast.sizeMm > 0 && slow.sizeMm > 0)) throw new InputError(`${file.name}: ${path} has pixels of ${fast.sizeMm} x ${slow.sizeMm} mm`);
  const offset = file.dataset(`${path}/module_offset`) ? transformationChain(file, `${path}/module_offset`) : fast.chain;
  const size = file.dataset(`${path}/data_size`)?.numbers();
  const start = file.dataset(`${path}/data_origin`)?.numbers();
  const [slowPixels, fastPixels] = size?.slice(-2) ?? shape;
  return {
    name,
    pixels: { fast: fastPixels, slow: slowPixels },
    pixelSizeMm: fast.sizeMm,
    originMm: throughChain(offset, frame, [0, 0, 0]),
    fast: along("fast_pixel_direction", fast.chain),
    slow: scaled(along("slow_pixel_direction", slow.chain), slow.sizeMm / fast.sizeMm),
    ...(start && { inImage: { slow: start[start.length - 2], fast: start[start.length - 1] } }),
  };
}

function vectorAt(file: Hdf5File, path: string): readonly [number, number, number] {
  const value = file.attribute(path, "vector");
  if (typeof value !== "object" || value.length !== 3 || !(lengthOf([value[0], value[1], value[2]]) > 0)) {
    throw new InputError(`${file.name}: ${path} has no attribute "vector" of three numbers`);
  }
  return [value[0], value[1], value[2]];
}

/** A beam centre in pixels, as it is stated unless it has a unit of length. */
function centre(file: Hdf5File, path: string, pixelMm: number | undefined): number | undefined {
  const value = numberAt(file, path);
  const unit = file.attribute(path, "units");
  const isLength = typeof unit === "string" && !/^(pixels?|px|)$/i.test(unit.trim());
  return value === undefined || !isLength ? value : pixelMm && (value * toMillimetres(file, path)) / pixelMm;
}

/** A detector across the beam, by its distance and beam centre. */
function plainPanel(file: Hdf5File, detector: string, [slow, fast]: readonly [number, number], remarks: string[]): PanelRecord[] {
  const [sizeX, sizeY] = [millimetres(file, `${detector}/x_pixel_size`), millimetres(file, `${detector}/y_pixel_size`)];
  const [x, y] = [centre(file, `${detector}/beam_center_x`, sizeX), centre(file, `${detector}/beam_center_y`, sizeY ?? sizeX)];
  const distanceMm = millimetres(file, `${detector}/detector_distance`) ?? millimetres(file, `${detector}/distance`);
  if (x === undefined || y === undefined || sizeX === undefined || distanceMm === undefined || !(sizeX > 0) || !(distanceMm > 0)) {
    remarks.push("the file does not state beam centre, pixel size and distance: the detector's place is left open");
    return [];
  }
  return [
    {
      name: "Panel",
      pixels: { fast, slow },
      pixelSizeMm: sizeX,
      originMm: [-x * sizeX, y * (sizeY ?? sizeX), -distanceMm],
      fast: [1, 0, 0],
      slow: [0, -(sizeY ?? sizeX) / sizeX, 0],
    },
  ];
}
