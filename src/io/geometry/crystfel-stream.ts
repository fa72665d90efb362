import { InputError } from "../../ndarray/errors.js";
import { parseNumber } from "../field.js";
import { parseCrystfelGeometry } from "./crystfel.js";
import { evAngstrom } from "./photon.js";
import type { CrystalRecord, ExperimentRecord } from "./record.js";
import { plus, reciprocalOf, scaled, spanSpace, type Vector3 } from "./vector.js";

export function isCrystfelStream(text: string): boolean {
  return text.startsWith("CrystFEL stream format");
}

const chunkBegin = "----- Begin chunk -----";

/** The lines that a stream repeats its geometry file between. */
const marks = ["----- Begin geometry file -----", "----- End geometry file -----"];

/** The geometry file that a stream repeats, or the text itself where it is one. */
export function geometryIn(text: string): string {
  const [begin, end] = marks.map((line) => text.indexOf(line));
  return begin < 0 || end < begin ? text : text.slice(text.indexOf("\n", begin) + 1, end);
}

/**
 * Reads a CrystFEL stream: of each image the crystals, and the geometry that the stream repeats.
 * @param name what error messages call it
 * @returns one record an image, read when it is asked for
 * @throws InputError when the stream holds no geometry or no image
 *
 * Source: CrystFEL 0.9, the format of its streams.
 */
export function parseCrystfelStream(text: string, name: string): readonly (() => ExperimentRecord)[] {
  const [begin, end] = marks.map((line) => text.indexOf(line));
  if (begin < 0 || end < begin) throw new InputError(`${name}: the stream does not repeat its geometry file`);
  const geometryAt = (imageEv?: number): ExperimentRecord => parseCrystfelGeometry(geometryIn(text), `${name} (its geometry)`, imageEv);
  // What is wrong with the geometry is an error before an image is asked for.
  geometryAt();
  const chunks = text.slice(end).split(chunkBegin).slice(1);
  if (chunks.length === 0) throw new InputError(`${name}: the stream holds no image`);
  return chunks.map((chunk, i) => () => imageOf(chunk, geometryAt, name, `image ${i + 1}`));
}

function imageOf(chunk: string, geometryAt: (imageEv?: number) => ExperimentRecord, name: string, which: string): ExperimentRecord {
  if (!chunk.includes("----- End chunk -----")) throw new InputError(`${name}: ${which} has no end; the stream is cut short`);
  const word = (key: string): string | undefined => new RegExp(`^${key}\\s*[:=]\\s*(.*)$`, "m").exec(chunk)?.[1].trim();
  const number = (key: string): number | undefined => {
    const value = parseNumber(word(key)?.split(/\s+/)[0] ?? "");
    return Number.isNaN(value) ? undefined : value;
  };
  const energy = number("photon_energy_eV");
  const geometry = geometryAt(energy !== undefined && energy > 0 ? energy : undefined);
  const camera = number("average_camera_length");
  const file = word("Image filename");
  if (file === undefined) throw new InputError(`${name}: ${which} has no file name`);
  const unit = word("average_camera_length")?.split(/\s+/)[1] ?? "m";
  if (unit !== "m") throw new InputError(`${name}: ${which} has an average_camera_length in ${unit}; it must be in m`);
  const place = word("Event");
  const [, group = "", event] = /^(.*?)(?:\/\/)?(\d+)?$/.exec(place ?? "") ?? [];
  const found = chunk.split("--- Begin crystal").slice(1).map((crystal, i) => crystalOf(crystal, name, `${which}, crystal ${i + 1}`));
  const shift = found.length === 1 ? found[0].shiftMm : undefined;
  const remarks = geometry.remarks.filter((remark) => !/left open/.test(remark));
  if (found.length > 1 && found.some(({ shiftMm }) => shiftMm)) remarks.push(`${which} has ${found.length} crystals, each with a shift of the detector of its own; none is applied`);
  if (group !== "" || (place !== undefined && event === undefined)) remarks.push(`${which} is the event ${place} of ${file}, of which only ${event === undefined ? "the file's name" : `the number ${event}`} is followed`);
  if (found.length === 0) remarks.push(`${which} was not indexed: it has no crystal`);
  return {
    ...geometry,
    source: name,
    kind: "CrystFEL stream",
    beam: { ...geometry.beam, wavelengthA: energy !== undefined && energy > 0 ? evAngstrom / energy : geometry.beam.wavelengthA },
    ...placed(geometry, camera === undefined ? undefined : 1000 * camera, shift),
    crystals: found.map(({ crystal }) => crystal),
    images: [{ file, ...(event !== undefined && { frame: Number(event) + 1 }) }],
    remarks,
  };
}

/** The panels at the image's camera length, which is the mean over the panels, shifted by what the indexing found. */
function placed(geometry: ExperimentRecord, cameraMm: number | undefined, shiftMm: Vector3 | undefined): Pick<ExperimentRecord, "panels" | "openShift"> {
  const { panels, openShift } = geometry;
  const mean = panels.reduce((sum, { originMm }) => sum + originMm[2], 0) / panels.length;
  const shift = plus([0, 0, cameraMm === undefined ? 0 : cameraMm - mean], shiftMm ?? [0, 0, 0]);
  return {
    panels: panels.map((panel) => ({ ...panel, originMm: plus(panel.originMm, shift) })),
    openShift: cameraMm === undefined ? openShift : undefined,
  };
}

interface FoundCrystal {
  readonly crystal: CrystalRecord;
  readonly shiftMm: Vector3 | undefined;
}

function crystalOf(text: string, name: string, which: string): FoundCrystal {
  const vector = (key: string): Vector3 => {
    const words = new RegExp(`^${key}\\s*=\\s*(\\S+)\\s+(\\S+)\\s+(\\S+)\\s+nm\\^-1`, "m").exec(text)?.slice(1);
    const [x, y, z] = (words ?? []).map(parseNumber);
    if (words === undefined || [x, y, z].some(Number.isNaN)) throw new InputError(`${name}: ${which} has no ${key} of three numbers in nm^-1`);
    return scaled([x, y, z], 0.1);
  };
  const star = ["astar", "bstar", "cstar"].map(vector);
  if (!spanSpace(star[0], star[1], star[2])) throw new InputError(`${name}: ${which} has reciprocal axes that do not span space`);
  const [a, b, c] = reciprocalOf(star[0], star[1], star[2]);
  const [, x, y] = /det_shift\s+x\s*=\s*(\S+)\s+y\s*=\s*(\S+)\s+mm/.exec(text) ?? [];
  const shift = [parseNumber(x ?? ""), parseNumber(y ?? "")];
  return {
    crystal: { a, b, c },
    shiftMm: shift.some(Number.isNaN) ? undefined : [shift[0], shift[1], 0],
  };
}
