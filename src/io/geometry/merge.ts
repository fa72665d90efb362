import type { BeamRecord, CrystalRecord, ExperimentRecord, PanelRecord } from "./record.js";
import { cross, direction, dot, identity, lengthOf, minus, scaled, times, transform, transposed, type Matrix3, type Vector3 } from "./vector.js";

/** What several sources know together. */
export interface MergedRecord {
  /** what all sources together say */
  readonly record: ExperimentRecord;
  /** the source that each statement was taken from */
  readonly statedBy: ReadonlyMap<string, string>;
  /** sentences on what sources state differently, and which of them counts */
  readonly contradictions: readonly string[];
}

/**
 * Merges what sources know of one experiment. Of each statement the first source that makes it counts; the laboratory frame is that
 * of the source that places the detector, and what others state is turned into it.
 * @param sources in order of precedence: options, geometry file, image header
 */
export function mergeRecords(sources: readonly ExperimentRecord[]): MergedRecord {
  const statedBy = new Map<string, string>();
  const contradictions: string[] = [];
  const base = sources.find(({ panels }) => panels.length > 0) ?? sources[0];
  const turned = sources.map((source) => inFrameOf(base, source));
  const first = <T>(field: string, read: (source: ExperimentRecord) => T | undefined): T | undefined => {
    const at = turned.findIndex((source) => read(source) !== undefined);
    if (at < 0) return undefined;
    statedBy.set(field, turned[at].source);
    return read(turned[at]);
  };
  const filled = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined);
  const panels = first("panels", ({ panels: listed }) => filled(listed)) ?? [];
  const placing = turned.find((source) => source.panels.length > 0);
  const standing = turned.find((source) => source.crystals.length > 0);
  const beam: BeamRecord = {
    wavelengthA: first("beam.wavelengthA", (source) => source.beam.wavelengthA),
    direction: first("beam.direction", (source) => (source === placing ? source.beam.direction : undefined)) ?? first("beam.direction", (source) => source.beam.direction),
    kahnFactor: first("beam.kahnFactor", (source) => source.beam.kahnFactor),
    electricField: first("beam.electricField", (source) => source.beam.electricField),
  };
  const record: ExperimentRecord = {
    source: [...new Set(sources.map(({ source }) => source))].join(" + "),
    kind: [...new Set(sources.map(({ kind }) => kind))].join(" + "),
    beam,
    panels: panels.map((panel, i) => withSensor(panel, turned, i)),
    mounting: placing?.mounting,
    // A crystal that its source does not mount stands in the laboratory as it is, whatever a header says that turns.
    goniometer: standing === undefined ? first("goniometer", ({ goniometer }) => goniometer) : standing.goniometer,
    scan: first("scan", ({ scan }) => scan),
    crystals: first("crystals", ({ crystals }) => filled(crystals)) ?? [],
    images: first("images", ({ images }) => filled(images)) ?? [],
    openShift: placing?.openShift,
    remarks: sources.flatMap(({ source, remarks }) => remarks.filter((remark) => !/left open|states? nothing/.test(remark) || placing === undefined).map((remark) => (sources.length > 1 ? `${source}: ${remark}` : remark))),
  };
  for (const quantity of compared) {
    const said = sources.map((source) => ({ source, value: quantity.of(source) })).filter((entry): entry is { source: ExperimentRecord; value: number } => entry.value !== undefined);
    const [leading, ...others] = said;
    for (const other of others) {
      if (Math.abs(other.value - leading.value) > quantity.tolerance(leading.value)) {
        const shown = ({ source, value }: typeof leading): string => `${value.toPrecision(7).replace(/\.?0+$/, "")} ${quantity.unit}`.trim() + ` (${source.source})`;
        contradictions.push(`${quantity.name} is ${shown(leading)} and ${shown(other)}; the first one counts`);
      }
    }
  }
  return { record, statedBy, contradictions };
}

interface Compared {
  readonly name: string;
  readonly unit: string;
  readonly of: (source: ExperimentRecord) => number | undefined;
  /** within which two statements agree */
  readonly tolerance: (value: number) => number;
}

const single = ({ panels }: ExperimentRecord): PanelRecord | undefined => (panels.length === 1 ? panels[0] : undefined);

/** Quantities that do not depend on the frame, and how far a refined one may be from what a header states. */
const compared: readonly Compared[] = [
  { name: "the wavelength", unit: "A", of: ({ beam }) => beam.wavelengthA, tolerance: (value) => 2e-4 * value },
  { name: "the number of pixels along fast", unit: "", of: (source) => single(source)?.pixels.fast, tolerance: () => 0 },
  { name: "the number of pixels along slow", unit: "", of: (source) => single(source)?.pixels.slow, tolerance: () => 0 },
  { name: "the pixel size", unit: "mm", of: (source) => single(source)?.pixelSizeMm, tolerance: (value) => 1e-3 * value },
  { name: "the distance along the beam", unit: "mm", of: (source) => struckBy(source)?.distanceMm, tolerance: (value) => 0.02 * value },
  { name: "the beam centre along fast", unit: "pixels", of: (source) => struckBy(source)?.fast, tolerance: () => 20 },
  { name: "the beam centre along slow", unit: "pixels", of: (source) => struckBy(source)?.slow, tolerance: () => 20 },
  { name: "the turn during an image", unit: "degrees", of: ({ scan }) => scan?.widthDeg, tolerance: (value) => 1e-3 + 0.01 * Math.abs(value) },
];

/** Where the beam strikes a single panel, in pixels from its corner, and how far away. */
export function struckBy(source: ExperimentRecord): { readonly distanceMm: number; readonly fast: number; readonly slow: number } | undefined {
  const panel = single(source);
  const along = source.beam.direction;
  if (panel === undefined || along === undefined || source.openShift) return undefined;
  const normal = cross(panel.fast, panel.slow);
  const distanceMm = dot(panel.originMm, normal) / dot(along, normal);
  const struck = minus(scaled(along, distanceMm), panel.originMm);
  const along2 = (axis: Vector3): number => dot(struck, axis) / (panel.pixelSizeMm * dot(axis, axis));
  return { distanceMm, fast: along2(panel.fast), slow: along2(panel.slow) };
}

/** A sensor, trusted counts and a mask that the source of the geometry does not state, from another one of the same panel. */
function withSensor(panel: PanelRecord, sources: readonly ExperimentRecord[], index: number): PanelRecord {
  const others = sources.map(({ panels }) => panels[index]).filter((other) => other !== undefined && other.pixels.fast === panel.pixels.fast && other.pixels.slow === panel.pixels.slow);
  const find = <T>(read: (other: PanelRecord) => T | undefined): T | undefined => others.map(read).find((value) => value !== undefined);
  const sensor = panel.sensor ?? find((other) => other.sensor);
  const trusted = panel.trusted ?? find((other) => other.trusted);
  return { ...panel, sensor, trusted };
}

/** A record turned so that its beam and its spindle are those of another one's frame. */
function inFrameOf(base: ExperimentRecord, source: ExperimentRecord): ExperimentRecord {
  if (source === base || source.beam.direction === undefined || base.beam.direction === undefined) return source;
  const turn = times(frameOf(base), transposed(frameOf(source)));
  // The frames are the same where nothing but a refinement tells them apart.
  const isSame = turn.every((row, i) => row.every((entry, j) => Math.abs(entry - identity[i][j]) < 0.05));
  return isSame ? source : turnedBy(turn, source);
}

/**
 * A record in another laboratory frame.
 * @param along where its beam is to point; spindle, where its goniometer's axis or, without one, its X
 */
export function turnedTo(record: ExperimentRecord, along: Vector3, spindle: Vector3): ExperimentRecord {
  const wanted = { ...record, beam: { direction: along }, goniometer: { axis: spindle, fixed: identity, setting: identity } };
  return turnedBy(times(frameOf(wanted), transposed(frameOf(record))), record);
}

function turnedBy(turn: Matrix3, source: ExperimentRecord): ExperimentRecord {
  const vector = (given: Vector3): Vector3 => transform(turn, given);
  const around = (matrix: Matrix3): Matrix3 => times(turn, times(matrix, transposed(turn)));
  const crystal = ({ a, b, c, scanPoints, ...rest }: CrystalRecord): CrystalRecord => ({
    ...rest,
    a: vector(a),
    b: vector(b),
    c: vector(c),
    ...(scanPoints && { scanPoints: scanPoints.map(([x, y, z]) => [vector(x), vector(y), vector(z)] as const) }),
  });
  const { beam, goniometer } = source;
  return {
    ...source,
    beam: { ...beam, direction: beam.direction && vector(beam.direction), electricField: beam.electricField && vector(beam.electricField) },
    panels: source.panels.map((panel) => ({ ...panel, originMm: vector(panel.originMm), fast: vector(panel.fast), slow: vector(panel.slow) })),
    goniometer: goniometer && { axis: vector(goniometer.axis), fixed: around(goniometer.fixed), setting: around(goniometer.setting) },
    crystals: source.crystals.map(crystal),
  };
}

/** Columns: along the beam, along the spindle, and across both. Frames without a goniometer have the spindle along X, as imgCIF has it. */
function frameOf({ beam, goniometer }: ExperimentRecord): Matrix3 {
  const along = beam.direction ?? [0, 0, -1];
  const wanted = goniometer?.axis ?? [1, 0, 0];
  const part = minus(wanted, scaled(along, dot(along, wanted)));
  const spindle = lengthOf(part) > 1e-3 ? direction(part) : direction(cross(along, [along[1], along[2], along[0]]));
  return transposed([along, spindle, cross(along, spindle)]);
}
