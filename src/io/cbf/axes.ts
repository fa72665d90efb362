import { InputError } from "../../ndarray/errors.js";
import { parseNumber, quote } from "../field.js";
import type { ExperimentRecord, GoniometerRecord, PanelRecord, ScanRecord } from "../geometry/record.js";
import { direction, identity, lengthOf, minus, plus, rotationAbout, scaled, times, transform, type Matrix3, type Vector3 } from "../geometry/vector.js";
import type { CifItems } from "./cif.js";

interface Axis {
  readonly id: string;
  readonly type: string;
  readonly equipment: string;
  readonly dependsOn: string | undefined;
  readonly vector: Vector3;
  readonly offset: Vector3;
  /** degrees, or mm */
  readonly setting: number;
  /** of the frame's scan, in the same unit */
  readonly increment: number;
}

/**
 * What the axes of an imgCIF header know of the experiment: X along the principal axis of the goniometer, Z towards the source.
 * @param source what messages call the image
 * @returns undefined where the header has no axes
 * @throws InputError when an axis depends on itself, or on one that is not there
 *
 * Source: Bernstein and Hammersley, International Tables G (2005), chapter 3.7.
 */
export function imgCifRecord(items: CifItems, shape: readonly [slow: number, fast: number], source: string): ExperimentRecord | undefined {
  const axes = axesOf(items, source);
  const [fast, slow] = [1, 2].map((precedence) => elementAxis(items, axes, precedence, source));
  if (fast === undefined || slow === undefined) return undefined;
  const remarks: string[] = [];
  const steps = { fast: step(axes, fast, source), slow: step(axes, slow, source) };
  const pixelSizeMm = lengthOf(steps.fast);
  if (!(pixelSizeMm > 0 && lengthOf(steps.slow) > 0)) throw new InputError(`${source}: the axes of the detector's pixels have no displacement_increment`);
  // A displacement is that of the first pixel's centre, half a pixel from its corner.
  const centre = place(axes, slow.axis, source, new Map([[fast.axis.id, fast.displacement], [slow.axis.id, slow.displacement]]));
  const corner = minus(minus(centre, scaled(steps.fast, 0.5)), scaled(steps.slow, 0.5));
  const counts = columnNumbers(items, "_array_structure_list.dimension", source);
  const precedences = columnNumbers(items, "_array_structure_list.precedence", source);
  [1, 2].forEach((precedence, i) => {
    const count = counts[precedences.indexOf(precedence)];
    const held = shape[1 - i];
    if (count !== undefined && count !== held) throw new InputError(`${source}: _array_structure_list.dimension says ${count} pixels along an axis that has ${held}`);
  });
  const panel: PanelRecord = {
    name: items.get("_diffrn_detector_element.id")?.[0] ?? "Panel",
    pixels: { fast: shape[1], slow: shape[0] },
    pixelSizeMm,
    originMm: corner,
    fast: scaled(steps.fast, 1 / pixelSizeMm),
    slow: scaled(steps.slow, 1 / pixelSizeMm),
  };
  const wavelengths = columnNumbers(items, "_diffrn_radiation_wavelength.wavelength", source);
  const beamAxis = [...axes.values()].find(({ equipment }) => equipment === "source");
  const ratio = parseNumber(items.get("_diffrn_radiation.polarizn_source_ratio")?.[0] ?? "");
  const norm = parseNumber(items.get("_diffrn_radiation.polarizn_source_norm")?.[0] ?? "");
  if (!Number.isNaN(ratio) && norm !== 0) remarks.push(`polarizn_source_norm is ${norm} degrees: the direction of the electric field is left open`);
  return {
    source,
    kind: "imgCIF header",
    beam: {
      wavelengthA: wavelengths.find((wavelength) => wavelength > 0),
      direction: scaled(direction(beamAxis?.vector ?? [0, 0, 1]), -1),
      kahnFactor: Math.abs(ratio) <= 1 ? ratio : undefined,
      electricField: norm === 0 && Math.abs(ratio) <= 1 ? [1, 0, 0] : undefined,
    },
    panels: [panel],
    ...goniometerOf(axes, source),
    crystals: [],
    images: [{ file: source }],
    remarks,
  };
}

function column(items: CifItems, item: string, length: number): readonly (string | undefined)[] {
  const values = items.get(item) ?? [];
  return Array.from({ length }, (_, i) => (values[i] === "." || values[i] === "?" ? undefined : values[i]));
}

function columnNumbers(items: CifItems, item: string, source: string): number[] {
  return (items.get(item) ?? []).map((word) => numberOf(word, item, source));
}

function numberOf(word: string | undefined, item: string, source: string): number {
  if (word === undefined || word === "." || word === "?") return 0;
  const value = parseNumber(word);
  if (Number.isNaN(value)) throw new InputError(`${source}: ${item} is ${quote(word)}; it must be a finite number`);
  return value;
}

function axesOf(items: CifItems, source: string): Map<string, Axis> {
  const ids = items.get("_axis.id") ?? [];
  const words = (item: string): readonly (string | undefined)[] => column(items, item, ids.length);
  const vectors = (item: string): Vector3[] => {
    const [x, y, z] = [1, 2, 3].map((i) => words(`${item}[${i}]`).map((word) => numberOf(word, `${item}[${i}]`, source)));
    return ids.map((_, i) => [x[i], y[i], z[i]]);
  };
  const [types, equipment, parents] = [words("_axis.type"), words("_axis.equipment"), words("_axis.depends_on")];
  const [directions, offsets] = [vectors("_axis.vector"), vectors("_axis.offset")];
  const settings = settingsOf(items, source);
  return new Map(
    ids.map((id, i) => [
      id,
      {
        id,
        type: types[i] ?? "general",
        equipment: equipment[i] ?? "general",
        dependsOn: parents[i],
        vector: directions[i],
        offset: offsets[i],
        setting: settings.get(id)?.setting ?? 0,
        increment: settings.get(id)?.increment ?? 0,
      },
    ]),
  );
}

/** Where each axis stands during the frame, and by how much it moves. */
function settingsOf(items: CifItems, source: string): Map<string, { setting: number; increment: number }> {
  const settings = new Map<string, { setting: number; increment: number }>();
  const read = (category: string, angle: string, displacement: string, increment: string | undefined): void => {
    const ids = items.get(`${category}.axis_id`) ?? [];
    ids.forEach((id, i) => {
      const of = (item: string): number => numberOf(items.get(`${category}.${item}`)?.[i], `${category}.${item}`, source);
      const before = settings.get(id)?.increment ?? 0;
      settings.set(id, { setting: of(angle) || of(displacement), increment: increment === undefined ? before : of(increment) });
    });
  };
  read("_diffrn_scan_axis", "angle_start", "displacement_start", "angle_increment");
  read("_diffrn_scan_frame_axis", "angle", "displacement", undefined);
  return settings;
}

interface ElementAxis {
  readonly axis: Axis;
  readonly displacement: number;
  readonly increment: number;
}

/** The axis along which an index of the array counts: 1 for the fast one, 2 for the slow one. */
function elementAxis(items: CifItems, axes: ReadonlyMap<string, Axis>, precedence: number, source: string): ElementAxis | undefined {
  const row = columnNumbers(items, "_array_structure_list.precedence", source).indexOf(precedence);
  const set = items.get("_array_structure_list.axis_set_id")?.[row];
  const sets = items.get("_array_structure_list_axis.axis_set_id") ?? items.get("_array_structure_list_axis.axis_id") ?? [];
  const at = set === undefined ? -1 : sets.indexOf(set);
  const axis = axes.get(items.get("_array_structure_list_axis.axis_id")?.[at] ?? "");
  if (axis === undefined) return undefined;
  const of = (item: string): number => numberOf(items.get(`_array_structure_list_axis.${item}`)?.[at], item, source);
  const isReversed = items.get("_array_structure_list.direction")?.[row]?.toLowerCase() === "decreasing";
  return { axis, displacement: of("displacement"), increment: isReversed ? -of("displacement_increment") : of("displacement_increment") };
}

/** An axis and those that it depends on, outermost last. */
function chainOf(axes: ReadonlyMap<string, Axis>, first: Axis, source: string): Axis[] {
  const chain: Axis[] = [];
  for (let axis: Axis | undefined = first; axis !== undefined; ) {
    if (chain.includes(axis)) throw new InputError(`${source}: the axis ${axis.id} depends on itself`);
    chain.push(axis);
    const parent: string | undefined = axis.dependsOn;
    axis = parent === undefined ? undefined : axes.get(parent);
    if (parent !== undefined && axis === undefined) throw new InputError(`${source}: an axis depends on ${quote(parent)}, which is not listed`);
  }
  return chain;
}

/** Where the origin of an axis comes to lie, with displacements of its own in place of some settings. */
function place(axes: ReadonlyMap<string, Axis>, first: Axis, source: string, displacements: ReadonlyMap<string, number>): Vector3 {
  return chainOf(axes, first, source).reduce<Vector3>(
    (point, { id, type, vector, offset, setting }) =>
      type === "rotation"
        ? plus(transform(rotationAbout(vector, setting), point), offset)
        : plus(plus(point, scaled(direction(vector), displacements.get(id) ?? setting)), offset),
    [0, 0, 0],
  );
}

/** From one pixel to the next along an axis, in mm. */
function step(axes: ReadonlyMap<string, Axis>, { axis, increment }: ElementAxis, source: string): Vector3 {
  return chainOf(axes, axis, source)
    .slice(1)
    .reduce<Vector3>((vector, { type, vector: about, setting }) => (type === "rotation" ? transform(rotationAbout(about, setting), vector) : vector), scaled(direction(axis.vector), increment));
}

/** The goniometer, and the scan about the one of its axes that moves. */
function goniometerOf(axes: ReadonlyMap<string, Axis>, source: string): { goniometer?: GoniometerRecord; scan?: ScanRecord } {
  const mounts = [...axes.values()].filter(({ equipment, type }) => equipment === "goniometer" && type === "rotation");
  const innermost = mounts.find(({ id }) => !mounts.some(({ dependsOn }) => dependsOn === id));
  if (innermost === undefined) return {};
  const chain = chainOf(axes, innermost, source);
  const moving = chain.findIndex(({ increment }) => increment !== 0);
  const scanned = moving < 0 ? 0 : moving;
  const product = (part: readonly Axis[]): Matrix3 => part.reduce<Matrix3>((all, { vector, setting }) => times(rotationAbout(vector, setting), all), identity);
  const { vector, setting, increment } = chain[scanned];
  return {
    goniometer: { axis: direction(vector), fixed: product(chain.slice(0, scanned)), setting: product(chain.slice(scanned + 1)) },
    scan: { firstImage: 1, lastImage: 1, startDeg: setting, widthDeg: increment },
  };
}
