import { InputError } from "../../ndarray/errors.js";
import { quote } from "../field.js";
import { badPixels } from "./crystfel-bad-pixels.js";
import { ignoredSettings } from "./crystfel-ignored.js";
import { axesOf, maskMapsOf, maskSetting } from "./crystfel-masks.js";
import { cameraLength, gainLeftOpen, leftOpen, photonsOf, shiftOf } from "./crystfel-lengths.js";
import { needed, numberOf, type Settings } from "./crystfel-settings.js";
import { evAngstrom } from "./photon.js";
import type { ExperimentRecord, GroupRecord, PanelRecord } from "./record.js";
import { cross, lengthOf, type Vector3 } from "./vector.js";

export function isCrystfelGeometry(text: string): boolean {
  return /^[^;\n]*\/min_fs\s*=/m.test(text) && /^[^;\n]*\/corner_x\s*=/m.test(text);
}

/**
 * Reads a CrystFEL geometry file. Z is along the beam, Y upwards.
 * @param name what error messages call it
 * @param imageEv photon energy of the image, where the file leaves that to the image
 * @throws InputError that names the line: no setting, no number, or panels that are not whole
 *
 * Source: CrystFEL manual, crystfel_geometry(5).
 */
export function parseCrystfelGeometry(text: string, name: string, imageEv?: number): ExperimentRecord {
  const general: Settings = new Map();
  const panels = new Map<string, Settings>();
  const bad = new Map<string, Settings>();
  const groups = new Map<string, readonly string[]>();
  const remarks = new Set<string>();
  text.split(/\r\n|\r|\n/).forEach((raw, index) => {
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
      const own = maskSetting(key.slice(slash + 1));
      const before = settings.get(own);
      if (before && before.word !== word && before.line !== general.get(own)?.line) remarks.add(`line ${index + 1}: ${key} is stated again after line ${before.line}; the last one counts`);
      owners.set(owner, settings.set(own, { word, line: index + 1 }));
    } else if (/^rigid_group_collection_/.test(key)) return;
    else if (/^(rigid_)?group_/.test(key)) groups.set(key.replace(/^(rigid_)?group_/, ""), word.split(/[\s,]+/));
    else general.set(maskSetting(key), { word, line: index + 1 });
  });
  if (panels.size === 0) throw new InputError(`${name} is a geometry file without any panel`);
  const photons = photonsOf(general, name, remarks);
  const camera = cameraLength([...panels.values()], general, name);
  const shift = shiftOf(general, name);
  const leftToImage = [photons, camera.leftToImage, ...shift].filter((value) => typeof value === "object");
  for (const value of leftToImage) remarks.add(leftOpen(value));
  const wavelengthA = typeof photons === "number" ? photons : undefined;
  const energyEv = imageEv ?? (wavelengthA && evAngstrom / wavelengthA);
  const [shiftX, shiftY] = shift.map((along) => (typeof along === "number" ? along : 0));
  const listed = [...panels].map(([panel, settings]) => panelOf(panel, settings, [shiftX, shiftY, camera.millimetresOf(settings)], energyEv, name));
  const masked = badPixels(bad, [...panels], listed, name);
  checkAxes(panels, name, remarks);
  const maps = [...panels.values()].map((settings) => maskMapsOf(settings, name, remarks));
  if (energyEv === undefined && [...panels.values()].some((settings) => settings.has("adu_per_eV"))) remarks.add(gainLeftOpen);
  for (const sentence of ignoredSettings(general, [...panels])) remarks.add(sentence);
  return {
    source: name,
    kind: "CrystFEL geometry",
    beam: { wavelengthA, direction: [0, 0, 1] },
    panels: listed.map((panel, i) => ({ ...panel, ...(masked.has(panel.name) && { masked: masked.get(panel.name) }), ...(maps[i].length > 0 && { maskMaps: maps[i] }) })),
    mounting: mountingOf(groups, listed.map((panel) => panel.name), name),
    crystals: [],
    images: [],
    dataSet: dataSetOf([...panels.values()], remarks),
    openShift: camera.leftToImage && { along: [0, 0, 1], statedBy: camera.leftToImage.statedBy },
    leftToImage,
    remarks: [...remarks],
  };
}

/**
 * Images are read with the fast axis as the last one, and panels in planes of their own one after another.
 * @throws InputError when the axes of a panel's data stand otherwise
 */
function checkAxes(panels: ReadonlyMap<string, Settings>, name: string, remarks: Set<string>): void {
  const axes = [...panels].map(([panel, settings]) => ({ panel, axes: axesOf(settings, name) }));
  const swapped = axes.find(({ axes: own }) => own.indexOf("fast") < own.indexOf("slow"));
  if (swapped) throw new InputError(`${name}: the data of panel ${swapped.panel} have fs in front of ss (dim${swapped.axes.indexOf("fast")}); only data whose last axis is fs are read`);
  const planes = axes.flatMap(({ axes: own }) => own.filter((axis) => typeof axis === "number"));
  const distinct = new Set(planes).size;
  if (distinct === 1) remarks.add(`all panels lie in plane ${planes[0]} of the data, and the image is taken for that plane`);
  const moved = planes.findIndex((plane, i) => plane !== i);
  const isStack = distinct === panels.size && planes.length === panels.size && panels.size > 1;
  if (isStack && moved >= 0) {
    throw new InputError(`${name}: panel ${axes[moved].panel} lies in plane ${planes[moved]} of the data, and stands at place ${moved}, counted from 0; panels are read in the order of their planes`);
  }
}

/** The data set that holds all panels, where the file names one; one whose name holds that of the image's event is looked for by itself. */
function dataSetOf(panels: readonly Settings[], remarks: Set<string>): string | undefined {
  const names = new Set(panels.map((settings) => settings.get("data")?.word));
  const [name] = names;
  if (names.size > 1) remarks.add(`data names ${names.size} data sets for different panels, and one is read, in which all are looked for`);
  return names.size === 1 && name?.includes("%") === false ? name : undefined;
}

/** A panel whose corner stands at a place of the laboratory beside the shift of all panels. */
function panelOf(panel: string, settings: Settings, [shiftX, shiftY, zMm]: Vector3, energyEv: number | undefined, name: string): PanelRecord {
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
  const countsPerEv = numberOf(settings, "adu_per_eV", name);
  const gain = numberOf(settings, "adu_per_photon", name) ?? (countsPerEv && energyEv && countsPerEv * energyEv);
  return {
    name: panel,
    pixels,
    pixelSizeMm,
    originMm: [of("corner_x") * pixelSizeMm + shiftX, of("corner_y") * pixelSizeMm + shiftY, zMm],
    fast,
    slow,
    ...trustedOf(settings, name),
    ...(gain !== undefined && { gain }),
    ...(gain === undefined && countsPerEv !== undefined && { gainPerEv: countsPerEv }),
    inImage: { fast: minFs, slow: minSs },
  };
}

/** The counts that can be trusted; those above flag_morethan, beginning with the next number, cannot. */
function trustedOf(settings: Settings, name: string): Pick<PanelRecord, "trusted"> {
  const lowest = numberOf(settings, "flag_lessthan", name);
  const highest = numberOf(settings, "flag_morethan", name);
  const limits = [numberOf(settings, "max_adu", name), highest === undefined ? undefined : highest + Math.max(Math.abs(highest), 1) * Number.EPSILON].filter((limit) => limit !== undefined);
  const overload = limits.length > 0 ? Math.min(...limits) : undefined;
  return lowest === undefined && overload === undefined ? {} : { trusted: { lowest, overload } };
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
