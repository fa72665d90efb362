import { InputError } from "../../ndarray/errors.js";
import { parseNumber, quote } from "../field.js";
import type { ExperimentRecord, GroupRecord, PanelRecord, PixelRectangle } from "./record.js";
import { cross, lengthOf, type Vector3 } from "./vector.js";

/** eV times A of a photon. */
export const evAngstrom = 12398.419843320026;

export function isCrystfelGeometry(text: string): boolean {
  return /^[^;\n]*\/min_fs\s*=/m.test(text) && /^[^;\n]*\/corner_x\s*=/m.test(text);
}

/** Settings of a panel, a rectangle of bad pixels or the whole file, by their names. */
type Settings = Map<string, { readonly word: string; readonly line: number }>;

/**
 * Reads a CrystFEL geometry file. Z is along the beam, Y upwards.
 * @param name what error messages call it
 * @throws InputError that names the line: no setting, no number, or panels that are not whole
 *
 * Source: CrystFEL manual, crystfel_geometry(5).
 */
export function parseCrystfelGeometry(text: string, name: string): ExperimentRecord {
  const general: Settings = new Map();
  const panels = new Map<string, Settings>();
  const bad = new Map<string, Settings>();
  const groups = new Map<string, readonly string[]>();
  text.split("\n").forEach((raw, index) => {
    const line = raw.replace(/;.*/, "").trim();
    if (line === "") return;
    const where = `${name}, line ${index + 1}`;
    const equals = line.indexOf("=");
    if (equals <= 0) throw new InputError(`${where}: ${quote(line)} is no setting; one is written as key = value`);
    const [key, word] = [line.slice(0, equals).trim(), line.slice(equals + 1).trim()];
    const slash = key.lastIndexOf("/");
    if (slash > 0) {
      const owner = key.slice(0, slash);
      const owners = owner.startsWith("bad") ? bad : panels;
      // What is set for all panels holds for those that come behind it.
      const settings = owners.get(owner) ?? new Map(owners === panels ? general : []);
      owners.set(owner, settings.set(key.slice(slash + 1), { word, line: index + 1 }));
    } else if (/^rigid_group_collection_/.test(key)) return;
    else if (/^(rigid_)?group_/.test(key)) groups.set(key.replace(/^(rigid_)?group_/, ""), word.split(/[\s,]+/));
    else general.set(key, { word, line: index + 1 });
  });
  if (panels.size === 0) throw new InputError(`${name} is a geometry file without any panel`);
  const remarks: string[] = [];
  const wavelengthA = wavelengthOf(general, name, remarks);
  const camera = cameraLength(panels, general, name);
  const listed = [...panels].map(([panel, settings]) => panelOf(panel, settings, camera.millimetresOf(settings), name));
  for (const key of general.keys()) if (/^mask\d*(_data|_file)?$/.test(key)) remarks.push(`the mask that ${key} names is not read`);
  const masked = badPixels(bad, [...panels], listed, name);
  return {
    source: name,
    kind: "CrystFEL geometry",
    beam: { wavelengthA, direction: [0, 0, 1] },
    panels: listed.map((panel) => ({ ...panel, ...(masked.has(panel.name) && { masked: masked.get(panel.name) }) })),
    mounting: mountingOf(groups, listed.map((panel) => panel.name), name),
    crystals: [],
    images: [],
    openShift: camera.statedBy === undefined ? undefined : { along: [0, 0, 1], statedBy: camera.statedBy },
    remarks: camera.statedBy === undefined ? remarks : [...remarks, `the camera length is left open: ${camera.statedBy}`],
  };
}

function numberOf(settings: Settings, key: string, name: string): number | undefined {
  const setting = settings.get(key);
  if (setting === undefined) return undefined;
  const value = parseNumber(setting.word.split(/\s+/)[0]);
  if (Number.isNaN(value)) throw new InputError(`${name}, line ${setting.line}: ${key} is ${quote(setting.word)}; it must be a number`);
  return value;
}

function needed(settings: Settings, key: string, panel: string, name: string): number {
  const value = numberOf(settings, key, name);
  if (value === undefined) throw new InputError(`${name}: panel ${panel} has no ${key}`);
  return value;
}

/** The wavelength that the file states, in A; a path says that the image states it. */
function wavelengthOf(general: Settings, name: string, remarks: string[]): number | undefined {
  const key = ["wavelength", "photon_energy", "electron_voltage"].find((candidate) => general.has(candidate));
  const setting = key === undefined ? undefined : general.get(key);
  if (key === undefined || setting === undefined) return undefined;
  const [word, unit = ""] = setting.word.split(/\s+/);
  const value = parseNumber(word);
  if (Number.isNaN(value)) {
    remarks.push(`the wavelength is left open: ${key} is ${setting.word} of the image`);
    return undefined;
  }
  if (!(value > 0)) throw new InputError(`${name}, line ${setting.line}: ${key} is ${word}; it must be above 0`);
  if (key === "electron_voltage") throw new InputError(`${name}, line ${setting.line}: electron_voltage is of electrons, and X-rays are simulated here`);
  if (key === "wavelength") return unit === "A" ? value : value * 1e10;
  return evAngstrom / (value * (unit === "keV" ? 1000 : unit === "MeV" ? 1e6 : 1));
}

interface CameraLength {
  /** where the image is to state it */
  readonly statedBy: string | undefined;
  readonly millimetresOf: (settings: Settings) => number;
}

/** Distances along the beam: clen, which may be a place in the image, and coffset. */
function cameraLength(panels: ReadonlyMap<string, Settings>, general: Settings, name: string): CameraLength {
  const open = [general, ...panels.values()].map((settings) => settings.get("clen")).find((clen) => clen !== undefined && Number.isNaN(parseNumber(clen.word.split(/\s+/)[0])));
  return {
    statedBy: open && `clen is ${open.word} of the image`,
    millimetresOf: (settings) => {
      const clen = settings.get("clen");
      const unit = clen?.word.split(/\s+/)[1] === "mm" ? 1 : 1000;
      const metres = open || clen === undefined ? 0 : (numberOf(settings, "clen", name) ?? 0) * unit;
      if (clen === undefined && open === undefined) throw new InputError(`${name} states no clen, the camera length`);
      return metres + (numberOf(settings, "coffset", name) ?? 0) * 1000;
    },
  };
}

function panelOf(panel: string, settings: Settings, zMm: number, name: string): PanelRecord {
  const of = (key: string): number => needed(settings, key, panel, name);
  const [minFs, maxFs, minSs, maxSs] = ["min_fs", "max_fs", "min_ss", "max_ss"].map(of);
  const pixels = { fast: maxFs - minFs + 1, slow: maxSs - minSs + 1 };
  const isRange = [minFs, maxFs, minSs, maxSs].every((value) => Number.isInteger(value) && value >= 0) && pixels.fast > 0 && pixels.slow > 0;
  if (!isRange) throw new InputError(`${name}: panel ${panel} holds pixels ${minFs} to ${maxFs} and ${minSs} to ${maxSs}, which are no ranges`);
  const resolution = of("res");
  if (!(resolution > 0)) throw new InputError(`${name}: panel ${panel} has res ${resolution}; it must be pixels per metre`);
  const [fast, slow] = [directionOf(settings, "fs", [1, 0, 0], name), directionOf(settings, "ss", [0, 1, 0], name)];
  if (!(lengthOf(cross(fast, slow)) > 1e-3)) throw new InputError(`${name}: panel ${panel} has fs and ss that are parallel`);
  const pixelSizeMm = 1000 / resolution;
  const gain = numberOf(settings, "adu_per_photon", name);
  const overload = numberOf(settings, "max_adu", name);
  return {
    name: panel,
    pixels,
    pixelSizeMm,
    originMm: [of("corner_x") * pixelSizeMm, of("corner_y") * pixelSizeMm, zMm],
    fast,
    slow,
    ...(overload !== undefined && { trusted: { overload } }),
    ...(gain !== undefined && { gain }),
    inImage: { fast: minFs, slow: minSs },
  };
}

/** A direction such as "-0.0059x +0.99y". */
function directionOf(settings: Settings, key: string, otherwise: Vector3, name: string): Vector3 {
  const setting = settings.get(key);
  if (setting === undefined) return otherwise;
  const components = [0, 0, 0];
  const rest = setting.word.replace(/\s+/g, "").replace(/([+-]?)(\d*\.?\d*(?:[eE][-+]?\d+)?)([xyz])/g, (_, sign: string, size: string, axis: string) => {
    components["xyz".indexOf(axis)] += (sign === "-" ? -1 : 1) * (size === "" ? 1 : Number(size));
    return "";
  });
  if (rest !== "" || components.some(Number.isNaN)) {
    throw new InputError(`${name}, line ${setting.line}: ${key} is ${quote(setting.word)}; a direction is written like -0.0059x +0.99y`);
  }
  return [components[0], components[1], components[2]];
}

/** Bad pixels as rectangles of each panel, in its own coordinates: of regions along fs and ss, and of those in x and y. */
function badPixels(bad: ReadonlyMap<string, Settings>, panels: readonly [string, Settings][], records: readonly PanelRecord[], name: string): Map<string, PixelRectangle[]> {
  const masked = new Map<string, PixelRectangle[]>();
  for (const [region, settings] of bad) {
    const of = (key: string): number => needed(settings, key, region, name);
    const isInLaboratory = settings.has("min_x") || settings.has("min_y");
    const ranges = (isInLaboratory ? ["min_x", "max_x", "min_y", "max_y"] : ["min_fs", "max_fs", "min_ss", "max_ss"]).map(of);
    const only = settings.get("panel")?.word;
    if (only !== undefined && !panels.some(([panel]) => panel === only)) throw new InputError(`${name}: ${region} lies in the panel ${quote(only)}, which is not there`);
    panels.forEach(([panel, own], i) => {
      if (only !== undefined && panel !== only) return;
      const first = ["min_fs", "min_ss"].map((key) => needed(own, key, panel, name));
      const rectangles = isInLaboratory ? rowsWithin(records[i], ranges) : rectangleWithin(records[i], first, ranges);
      if (rectangles.length > 0) masked.set(panel, [...(masked.get(panel) ?? []), ...rectangles]);
    });
  }
  return masked;
}

/** What a panel has of a region along fs and ss, which are counted in the data's array. */
function rectangleWithin({ pixels }: PanelRecord, [fs, ss]: readonly number[], [minFs, maxFs, minSs, maxSs]: readonly number[]): PixelRectangle[] {
  const rectangle = {
    fastMin: Math.max(minFs - fs, 0),
    fastEnd: Math.min(maxFs + 1 - fs, pixels.fast),
    slowMin: Math.max(minSs - ss, 0),
    slowEnd: Math.min(maxSs + 1 - ss, pixels.slow),
  };
  return rectangle.fastEnd > rectangle.fastMin && rectangle.slowEnd > rectangle.slowMin ? [rectangle] : [];
}

/** The pixels whose centres lie in a region in x and y, which are counted in pixels from the beam: of each row, a stretch; equal rows together. */
function rowsWithin({ pixels, pixelSizeMm, originMm, fast, slow }: PanelRecord, [minX, maxX, minY, maxY]: readonly number[]): PixelRectangle[] {
  const rectangles: PixelRectangle[] = [];
  for (let row = 0; row < pixels.slow; row++) {
    let [begin, end] = [0, pixels.fast];
    for (const [axis, low, high] of [[0, minX, maxX], [1, minY, maxY]]) {
      // At the column i the coordinate is at + i * step.
      const step = fast[axis];
      const at = originMm[axis] / pixelSizeMm + (row + 0.5) * slow[axis] + 0.5 * step;
      if (Math.abs(step) < 1e-12) {
        if (!(at >= low && at <= high)) end = 0;
        continue;
      }
      const [near, far] = [(low - at) / step, (high - at) / step].sort((one, other) => one - other);
      begin = Math.max(begin, Math.ceil(near - 1e-9));
      end = Math.min(end, Math.floor(far + 1e-9) + 1);
    }
    if (end <= begin) continue;
    const last = rectangles.at(-1);
    if (last && last.slowEnd === row && last.fastMin === begin && last.fastEnd === end) rectangles[rectangles.length - 1] = { ...last, slowEnd: row + 1 };
    else rectangles.push({ fastMin: begin, fastEnd: end, slowMin: row, slowEnd: row + 1 });
  }
  return rectangles;
}

/** The tree of groups: each hangs in the smallest one that holds all of its panels. */
function mountingOf(groups: ReadonlyMap<string, readonly string[]>, panels: readonly string[], name: string): GroupRecord | undefined {
  if (groups.size === 0) return undefined;
  const membersOf = (group: string, way: readonly string[]): readonly number[] => {
    if (way.includes(group)) throw new InputError(`${name}: the group ${group} contains itself`);
    return (groups.get(group) ?? []).flatMap((member) => {
      const panel = panels.indexOf(member);
      if (panel >= 0) return [panel];
      if (!groups.has(member)) throw new InputError(`${name}: the group ${group} holds ${quote(member)}, which is neither panel nor group`);
      return membersOf(member, [...way, group]);
    });
  };
  const sets = [...groups.keys()].map((group) => ({ group, members: new Set(membersOf(group, [])) })).sort((a, b) => b.members.size - a.members.size);
  const build = (label: string, members: ReadonlySet<number>, from: number): GroupRecord => {
    const children: (GroupRecord | number)[] = [];
    const taken = new Set<number>();
    sets.slice(from).forEach(({ group, members: own }, i) => {
      const fits = own.size > 0 && [...own].every((panel) => members.has(panel) && !taken.has(panel));
      if (!fits) return;
      own.forEach((panel) => taken.add(panel));
      children.push(build(group, own, from + i + 1));
    });
    return { name: label, children: [...children, ...[...members].filter((panel) => !taken.has(panel))] };
  };
  return build("", new Set(panels.keys()), 0);
}
