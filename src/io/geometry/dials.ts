import { InputError } from "../../ndarray/errors.js";
import { JsonValue } from "./json.js";
import type { BeamRecord, CrystalRecord, ExperimentRecord, GoniometerRecord, GroupRecord, ImageName, PanelRecord, ScanRecord, SensorRecord } from "./record.js";
import { cross, direction, identity, lengthOf, plus, rotationAbout, scaled, spanSpace, times, transform, transposed, type Matrix3, type Vector3 } from "./vector.js";

/** Of an experiment list, what belongs to one image or scan: the record, and the numbers of its models in the file. */
export interface DialsImage {
  readonly record: ExperimentRecord;
  readonly beam: number;
  readonly detector: number;
  /** one a crystal, as the record counts them */
  readonly crystals: readonly number[];
}

/**
 * Reads a DIALS experiment list, of either generation of scans.
 * @param name what error messages call it
 * @returns one record for each set of images that has a detector of its own place and a crystal or several
 * @throws InputError that names the entry: missing, not what it should be, or a tree of panels that contains itself
 *
 * Source: the serialisation of dxtbx.
 */
export function parseDials(text: string, name: string): readonly DialsImage[] {
  const file = JsonValue.parse(text, name);
  const kind = file.get("__id__");
  if (kind?.value !== "ExperimentList") throw new InputError(`${name} is not a DIALS experiment list: its __id__ is not "ExperimentList"`);
  const models = (key: string): JsonValue[] => file.get(key)?.list() ?? [];
  const [beams, detectors, crystals, goniometers, scans, imagesets, profiles] = ["beam", "detector", "crystal", "goniometer", "scan", "imageset", "profile"].map(models);
  const chosen = (experiment: JsonValue, key: string, from: readonly JsonValue[]): number | undefined => experiment.get(key)?.index(from.length);

  const found = new Map<string, { readonly experiment: JsonValue; readonly crystals: { readonly index: number; readonly profile: JsonValue | undefined }[] }>();
  for (const experiment of file.need("experiment").list()) {
    const key = JSON.stringify(["beam", "detector", "goniometer", "scan", "imageset"].map((model) => experiment.get(model)?.value ?? -1));
    const group = found.get(key) ?? { experiment, crystals: [] };
    const crystal = chosen(experiment, "crystal", crystals);
    const profile = chosen(experiment, "profile", profiles);
    if (crystal !== undefined) group.crystals.push({ index: crystal, profile: profile === undefined ? undefined : profiles[profile] });
    found.set(key, group);
  }
  if (found.size === 0) throw new InputError(`${name} is an experiment list without any experiment`);
  return [...found.values()].map(({ experiment, crystals: own }) => {
    const beam = chosen(experiment, "beam", beams);
    const detector = chosen(experiment, "detector", detectors);
    if (beam === undefined || detector === undefined) throw new InputError(`${experiment.where} has no ${beam === undefined ? "beam" : "detector"}`);
    const goniometer = chosen(experiment, "goniometer", goniometers);
    const scan = chosen(experiment, "scan", scans);
    const imageset = chosen(experiment, "imageset", imagesets);
    const remarks: string[] = [];
    const scanRecord = scan === undefined ? undefined : scanOf(scans[scan], remarks);
    const { panels, mounting } = detectorOf(detectors[detector]);
    remarks.push(...ignoredIn(beams[beam], goniometer === undefined ? undefined : goniometers[goniometer], imageset === undefined ? undefined : imagesets[imageset]));
    return {
      beam,
      detector,
      crystals: own.map(({ index }) => index),
      record: {
        source: name,
        kind: "DIALS models",
        beam: beamOf(beams[beam]),
        panels,
        mounting,
        // DIALS takes an experiment without a turn for a still, whose crystal stands in the laboratory.
        goniometer: goniometer === undefined || !scanRecord?.widthDeg ? undefined : goniometerOf(goniometers[goniometer]),
        scan: scanRecord,
        crystals: own.map(({ index, profile }) => crystalOf(crystals[index], profile, scanRecord, remarks)),
        images: imageset === undefined ? [] : imagesOf(imagesets[imageset], scanRecord),
        remarks,
      },
    };
  });
}

function positive(value: JsonValue): number {
  const number = value.number();
  if (!(number > 0)) throw value.wrong(`is ${number}; it must be above 0`);
  return number;
}

function axis(value: JsonValue): Vector3 {
  const vector = value.vector();
  if (!(lengthOf(vector) > 0)) throw value.wrong("is 0 0 0, which is no direction");
  return direction(vector);
}

function matrix(value: JsonValue): Matrix3 {
  const [a, b, c, d, e, f, g, h, i] = value.numbers(9);
  return [
    [a, b, c],
    [d, e, f],
    [g, h, i],
  ];
}

function beamOf(beam: JsonValue): BeamRecord {
  const along = scaled(axis(beam.need("direction")), -1);
  const stated = beam.get("polarization_fraction");
  const fraction = stated?.number();
  if (fraction !== undefined && !(fraction >= 0 && fraction <= 1)) throw stated?.wrong(`is ${fraction}; it must be from 0 to 1`);
  const normal = beam.get("polarization_normal");
  const field = normal && cross(axis(normal), along);
  // A polychromatic beam has a range in the place of a wavelength.
  const wavelength = beam.get("wavelength");
  return {
    wavelengthA: wavelength && positive(wavelength),
    direction: along,
    kahnFactor: fraction === undefined ? undefined : 2 * fraction - 1,
    electricField: field && lengthOf(field) > 1e-6 ? direction(field) : undefined,
  };
}

/** Sentences on what is stated of a beam and of images, and not used: X-rays are computed, and look-up tables are files of Python's. */
function ignoredIn(beam: JsonValue, goniometer: JsonValue | undefined, imageset: JsonValue | undefined): string[] {
  const probe = beam.get("probe")?.text();
  const isFieldLost = beam.get("polarization_normal") !== undefined && beamOf(beam).electricField === undefined;
  const tables = ["mask", "gain", "pedestal", "dx", "dy"].flatMap((key) => {
    const table = imageset?.get(key);
    return typeof table?.value === "string" && table.value !== "" ? [`${table.where}: the table in ${table.value} is not read`] : [];
  });
  const moving = [beam.get("s0_at_scan_points"), goniometer?.get("setting_rotation_at_scan_points")].flatMap((points) => (points && points.list().length > 0 ? [points] : []));
  return [...moving.map((points) => `${points.where}: what changes from image to image is not used; the model's mean counts`), ...(probe === undefined || /^x-?ray$/i.test(probe) ? [] : [`${beam.where}.probe is ${probe}, and X-rays are computed here`]), ...(isFieldLost ? [`${beam.where}.polarization_normal is along the beam, and is not used`] : []), ...tables];
}

interface Frame {
  readonly origin: Vector3;
  /** columns: fast, slow, normal */
  readonly axes: Matrix3;
}

function frameOf(node: JsonValue): Frame {
  const [fast, slow] = [axis(node.need("fast_axis")), axis(node.need("slow_axis"))];
  const normal = cross(fast, slow);
  if (!(lengthOf(normal) > 1e-6)) throw node.wrong("has a fast and a slow axis that are parallel");
  return { origin: node.need("origin").vector(), axes: transposed([fast, slow, direction(normal)]) };
}

/** A frame whose parent stands somewhere in the laboratory. */
function inside(parent: Frame, own: Frame): Frame {
  return { origin: plus(parent.origin, transform(parent.axes, own.origin)), axes: times(parent.axes, own.axes) };
}

const laboratory: Frame = { origin: [0, 0, 0], axes: identity };
const deepestTree = 32;

function detectorOf(detector: JsonValue): { readonly panels: readonly PanelRecord[]; readonly mounting: GroupRecord | undefined } {
  const listed = detector.need("panels").list();
  if (listed.length === 0) throw detector.wrong("has no panel");
  const hierarchy = detector.get("hierarchy");
  const frames = new Map<number, Frame>();
  const walk = (node: JsonValue, parent: Frame, depth: number): GroupRecord => {
    if (depth > deepestTree) throw node.wrong(`is a group ${depth} groups deep`);
    const frame = inside(parent, frameOf(node));
    const children = (node.get("children")?.list() ?? []).map((child) => {
      const panel = child.get("panel");
      if (panel === undefined) return walk(child, frame, depth + 1);
      const index = panel.index(listed.length);
      if (frames.has(index)) throw panel.wrong(`is ${index}, and that panel hangs in the tree twice`);
      frames.set(index, frame);
      return index;
    });
    return { name: node.get("name")?.text() ?? "", children };
  };
  const mounting = hierarchy && walk(hierarchy, laboratory, 0);
  if (mounting !== undefined && frames.size !== listed.length) {
    throw detector.wrong(`has ${listed.length} panels, and ${frames.size} of them hang in its hierarchy`);
  }
  return { panels: listed.map((panel, i) => panelOf(panel, frames.get(i) ?? laboratory, i)), mounting };
}

function panelOf(panel: JsonValue, parent: Frame, index: number): PanelRecord {
  const { origin, axes } = inside(parent, frameOf(panel));
  const [fast, slow] = transposed(axes);
  const size = panel.need("image_size");
  const [fastPixels, slowPixels] = size.numbers(2);
  if (![fastPixels, slowPixels].every((count) => Number.isInteger(count) && count > 0)) throw size.wrong(`is ${fastPixels} x ${slowPixels}; it must be two numbers of pixels`);
  const pixel = panel.need("pixel_size");
  const [fastMm, slowMm] = pixel.numbers(2);
  if (!(fastMm > 0 && slowMm > 0)) throw pixel.wrong(`is ${fastMm} x ${slowMm}; it must be two lengths above 0`);
  const range = panel.get("trusted_range")?.numbers(2);
  const offset = panel.get("raw_image_offset")?.numbers(2);
  const name = panel.get("name")?.text() ?? "";
  const gain = panel.get("gain")?.number();
  return {
    name: name === "" ? `panel ${index}` : name,
    pixels: { fast: fastPixels, slow: slowPixels },
    pixelSizeMm: fastMm,
    originMm: origin,
    fast,
    slow: fastMm === slowMm ? slow : scaled(slow, slowMm / fastMm),
    sensor: sensorOf(panel),
    // Files before 2022 leave out their lower limit, -1; since then both limits can be trusted.
    trusted: range && range[1] > range[0] ? { lowest: range[0] === -1 ? 0 : range[0], overload: range[1] } : undefined,
    gain: gain !== undefined && gain > 0 ? gain : undefined,
    pedestal: panel.get("pedestal")?.number(),
    masked: panel.get("mask")?.list().map((entry) => {
      const [fastMin, slowMin, fastEnd, slowEnd] = entry.numbers(4);
      return { fastMin, slowMin, fastEnd, slowEnd };
    }),
    inImage: offset && { fast: offset[0], slow: offset[1] },
  };
}

function sensorOf(panel: JsonValue): SensorRecord | undefined {
  const thickness = panel.get("thickness")?.number() ?? 0;
  const mu = panel.get("mu")?.number() ?? panel.get("px_mm_strategy")?.get("mu")?.number() ?? 0;
  const material = panel.get("material")?.text() ?? "";
  if (!(thickness > 0) && material === "") return undefined;
  return {
    material: material === "" ? undefined : material,
    thicknessUm: thickness > 0 ? Number((thickness * 1000).toPrecision(12)) : undefined,
    attenuationDepthUm: mu > 0 ? 1000 / mu : undefined,
  };
}

function goniometerOf(goniometer: JsonValue): GoniometerRecord {
  const axes = goniometer.get("axes");
  if (axes === undefined) {
    const [fixed, setting] = ["fixed_rotation", "setting_rotation"].map((key) => goniometer.get(key));
    return {
      axis: axis(goniometer.need("rotation_axis")),
      fixed: fixed ? matrix(fixed) : identity,
      setting: setting ? matrix(setting) : identity,
    };
  }
  // The first axis carries the crystal, and each of the others those before it.
  const directions = axes.list().map(axis);
  const angles = goniometer.need("angles").numbers(directions.length);
  const scanned = goniometer.need("scan_axis").index(directions.length);
  const product = (from: number, to: number): Matrix3 =>
    directions.slice(from, to).reduce<Matrix3>((all, about, i) => times(rotationAbout(about, angles[from + i]), all), identity);
  return { axis: directions[scanned], fixed: product(0, scanned), setting: product(scanned + 1, directions.length) };
}

function scanOf(scan: JsonValue, remarks: string[]): ScanRecord {
  const range = scan.need("image_range");
  const [firstImage, lastImage] = range.numbers(2);
  if (!(Number.isInteger(firstImage) && Number.isInteger(lastImage) && lastImage >= firstImage)) {
    throw range.wrong(`is ${firstImage} to ${lastImage}; it must be a range of image numbers`);
  }
  const properties = scan.get("properties");
  const exposureS = (scan.get("exposure_time") ?? properties?.get("exposure_time"))?.numbers()[0];
  const common = { firstImage, lastImage, exposureS };
  const whole = scan.get("oscillation")?.numbers(2);
  if (whole) return { ...common, startDeg: whole[0], widthDeg: whole[1] };
  const starts = properties?.get("oscillation")?.numbers() ?? [];
  const own = properties?.get("oscillation_width");
  const widths = own === undefined ? [] : Array.isArray(own.value) ? own.numbers() : [own.number()];
  const widthDeg = widths[0] ?? (starts.length > 1 ? starts[1] - starts[0] : undefined);
  if (starts.length > 0 && widthDeg === undefined) remarks.push(`${scan.where} does not state by how much the crystal turns during its image`);
  return { ...common, startDeg: starts[0] ?? 0, widthDeg: starts.length === 0 ? 0 : widthDeg };
}

function crystalOf(crystal: JsonValue, profile: JsonValue | undefined, scan: ScanRecord | undefined, remarks: string[]): CrystalRecord {
  const [a, b, c] = ["a", "b", "c"].map((edge) => crystal.need(`real_space_${edge}`).vector());
  if (!spanSpace(a, b, c)) throw crystal.wrong("has real axes that do not span space");
  const hall = crystal.get("space_group_hall_symbol")?.text().trim();
  const points = crystal.get("A_at_scan_points")?.list();
  const images = scan ? scan.lastImage - scan.firstImage + 1 : 0;
  const isScan = points !== undefined && points.length === images + 1;
  if (points !== undefined && !isScan) {
    remarks.push(`${crystal.where} has ${points.length} scan points for ${images} images; they are not used`);
  }
  const positiveOr = (key: string): number | undefined => {
    const value = crystal.get(key)?.number();
    return value !== undefined && value > 0 ? value : undefined;
  };
  // A profile model that varies with the scan has a list in the place of a number.
  const spread = profile?.get("sigma_m")?.value;
  const ofProfile = typeof spread === "number" && spread > 0 ? spread : undefined;
  return {
    a,
    b,
    c,
    spaceGroup: hall === "" ? undefined : hall,
    scanPoints: isScan ? points.map((point) => transposed(matrix(point))) : undefined,
    mosaicityDeg: positiveOr("mosaicity") ?? ofProfile,
    halfMosaicityDeg: positiveOr("ML_half_mosaicity_deg"),
    domainSizeA: positiveOr("ML_domain_size_ang"),
  };
}

function imagesOf(imageset: JsonValue, scan: ScanRecord | undefined): ImageName[] {
  const frames = imageset.get("single_file_indices")?.numbers();
  const files = imageset.get("images")?.list().map((file) => file.text());
  // Frames are counted from 0 in the file, and a plain image has the number 0.
  if (files) return files.map((file, i) => ({ file, ...(isStack(file) && frames?.[i] !== undefined && { frame: frames[i] + 1 }) }));
  const template = imageset.get("template")?.text();
  if (template === undefined) return [];
  const [first, last] = scan ? [scan.firstImage, scan.lastImage] : [1, 1];
  const digits = /#+/.exec(template.slice(template.lastIndexOf("/") + 1))?.[0];
  return Array.from({ length: last - first + 1 }, (_, i) => {
    if (digits === undefined) return { file: template, frame: (frames?.[i] ?? first + i - 1) + 1 };
    const at = template.lastIndexOf(digits);
    return { file: template.slice(0, at) + String(first + i).padStart(digits.length, "0") + template.slice(at + digits.length) };
  });
}

/** Whether a file is of a kind that holds many images. */
function isStack(file: string): boolean {
  return !/\.(cbf|img|smv|tiff?|mccd|pgm|bin)(\.gz|\.bz2)?$/i.test(file);
}
