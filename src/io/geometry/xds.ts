import { InputError } from "../../ndarray/errors.js";
import { formatG } from "../c-format.js";
import { parseNumber, quote } from "../field.js";
import { cellsDiffer, shown } from "../mtz-contradictions.js";
import type { Cell } from "../mtz.js";
import type { ExperimentRecord } from "./record.js";
import { cross, direction, identity, lengthOf, minus, plus, scaled, spanSpace, type Vector3 } from "./vector.js";

/** The numbers that XDS's files share, in their own order and units. */
interface XdsGeometry {
  readonly startFrame: number;
  readonly startDeg: number;
  readonly oscillationDeg: number;
  readonly rotationAxis: Vector3;
  readonly wavelengthA: number;
  readonly beam: Vector3;
  readonly spaceGroup: number;
  readonly axes: readonly [Vector3, Vector3, Vector3];
  readonly pixels: readonly [fast: number, slow: number];
  readonly pixelSizeMm: readonly [fast: number, slow: number];
  /** point of the detector's plane nearest to the sample, in pixels, the first pixel's centre being 1 */
  readonly origin: readonly [x: number, y: number];
  readonly distanceMm: number;
  readonly detectorX: Vector3;
  readonly detectorY: Vector3;
  readonly template: string | undefined;
}

const shape = /^\s*\d+(?:\s+[-+\d.eE]+){5}\s*$/;

export function isXparm(text: string): boolean {
  const [first = "", second = ""] = text.split("\n", 2);
  return /^\s*G?XPARM/i.test(first) || (shape.test(first) && second.trim().split(/\s+/).length === 4);
}

export function isIntegrate(text: string): boolean {
  return /^!(OUTPUT_FILE|FORMAT)=/.test(text) && /^!X-RAY_WAVELENGTH=/m.test(text);
}

/**
 * Reads XPARM.XDS or GXPARM.XDS, in the form of before 2011 or the later one.
 * @param name what error messages call it
 * @throws InputError that names the line: too few numbers, or numbers that cannot be
 *
 * Source: XDS documentation, "XPARM.XDS".
 */
export function parseXparm(text: string, name: string): ExperimentRecord {
  const lines = text.split("\n").map((line) => line.trim());
  const isNew = /^G?XPARM/i.test(lines[0]);
  const numbers = (line: number, ...counts: readonly number[]): number[] => {
    const words = (lines[line] ?? "").split(/\s+/).filter((word) => word !== "");
    const values = words.map(parseNumber);
    const wrong = values.findIndex(Number.isNaN);
    if (wrong >= 0) throw new InputError(`${name}, line ${line + 1}: ${quote(words[wrong])} is not a finite number`);
    if (!counts.includes(values.length)) throw new InputError(`${name}, line ${line + 1} has ${values.length} numbers; it must have ${counts.join(" or ")}`);
    return values;
  };
  const vector = (line: number): Vector3 => {
    const [x, y, z] = numbers(line, 3);
    return [x, y, z];
  };
  const at = isNew ? 1 : 0;
  const [startFrame, startDeg, oscillationDeg, ...axis] = numbers(at, 6);
  const [wavelengthA, ...beam] = numbers(at + 1, 4);
  const cellAt = isNew ? 3 : 7;
  const [spaceGroup, ...cell] = numbers(cellAt, 7);
  let pixels: number[];
  let placed: number[];
  if (isNew) {
    const [segments, ...counted] = numbers(7, 5);
    if (segments !== 1) throw new InputError(`${name}, line 8: the detector has ${segments} segments, and only one is read`);
    pixels = counted;
    placed = numbers(8, 3);
  } else {
    pixels = numbers(2, 4);
    const [distance, x, y] = numbers(3, 3);
    placed = [x, y, distance];
  }
  const frame = isNew ? 9 : 4;
  return xdsRecord(
    {
      startFrame,
      startDeg,
      oscillationDeg,
      rotationAxis: [axis[0], axis[1], axis[2]],
      wavelengthA,
      beam: [beam[0], beam[1], beam[2]],
      spaceGroup,
      axes: [vector(cellAt + 1), vector(cellAt + 2), vector(cellAt + 3)],
      pixels: [pixels[0], pixels[1]],
      pixelSizeMm: [pixels[2], pixels[3]],
      origin: [placed[0], placed[1]],
      distanceMm: placed[2],
      detectorX: vector(frame),
      detectorY: vector(frame + 1),
      template: undefined,
    },
    name,
    "XDS XPARM",
    [cell[0], cell[1], cell[2], cell[3], cell[4], cell[5]],
  );
}

/**
 * Reads the header of INTEGRATE.HKL or XDS_ASCII.HKL.
 * @throws InputError when an entry is missing or no number
 */
export function parseIntegrateHeader(text: string, name: string): ExperimentRecord {
  const end = text.indexOf("!END_OF_HEADER");
  if (end < 0) throw new InputError(`${name}: the line !END_OF_HEADER is missing; the file is cut short`);
  const header = text.slice(0, end);
  const numbers = (key: string, count: number): number[] => {
    const start = header.search(new RegExp(`${key.replace(/[.-]/g, "\\$&")}\\s*=`));
    if (start < 0) throw new InputError(`${name}: the header has no ${key}=`);
    const words = header.slice(header.indexOf("=", start) + 1).trimStart().split(/\s+/, count);
    const values = words.map(parseNumber);
    if (values.length < count || values.some(Number.isNaN)) throw new InputError(`${name}: ${key}= needs ${count} numbers behind it, not ${quote(words.join(" "))}`);
    return values;
  };
  const vector = (key: string): Vector3 => {
    const [x, y, z] = numbers(key, 3);
    return [x, y, z];
  };
  const single = (key: string): number => numbers(key, 1)[0];
  const record = xdsRecord(
    {
      startFrame: single("!STARTING_FRAME"),
      startDeg: single("!STARTING_ANGLE"),
      oscillationDeg: single("!OSCILLATION_RANGE"),
      rotationAxis: vector("!ROTATION_AXIS"),
      wavelengthA: single("!X-RAY_WAVELENGTH"),
      beam: vector("!INCIDENT_BEAM_DIRECTION"),
      spaceGroup: single("!SPACE_GROUP_NUMBER"),
      axes: [vector("!UNIT_CELL_A-AXIS"), vector("!UNIT_CELL_B-AXIS"), vector("!UNIT_CELL_C-AXIS")],
      pixels: [single("NX"), single("NY")],
      pixelSizeMm: [single("QX"), single("QY")],
      origin: [single("ORGX"), single("ORGY")],
      distanceMm: single("DETECTOR_DISTANCE"),
      detectorX: vector("DIRECTION_OF_DETECTOR_X-AXIS"),
      detectorY: vector("DIRECTION_OF_DETECTOR_Y-AXIS"),
      template: /^!NAME_TEMPLATE_OF_DATA_FRAMES=\s*(\S+)/m.exec(header)?.[1],
    },
    name,
    "XDS INTEGRATE header",
  );
  const spread = parseNumber(/^!REFLECTING_RANGE_E\.S\.D\.=\s*(\S+)/m.exec(header)?.[1] ?? "");
  const crystals = spread > 0 ? record.crystals.map((crystal) => ({ ...crystal, mosaicityDeg: spread })) : record.crystals;
  const isIntegrated = /^!Generated\s+by\s+INTEGRATE/im.test(header);
  return { ...record, crystals, remarks: isIntegrated ? [...record.remarks, refinedByBlocks] : record.remarks };
}

const refinedByBlocks = "INTEGRATE refines the geometry anew for each block of images, and the header states one of them: XCAL and YCAL of the list can be pixels off it";

/** Pixels are counted from 1 at the first one's centre, so that its corner is at 0.5. */
const cornerPixel = 0.5;

/** @param stated edges and angles that the file lists besides the axes */
function xdsRecord(xds: XdsGeometry, name: string, kind: string, stated?: Cell): ExperimentRecord {
  const { pixels: [fast, slow], pixelSizeMm: [sizeX, sizeY], origin, distanceMm, rotationAxis, wavelengthA, beam, axes, template, startFrame } = xds;
  const refuse = (problem: string): never => {
    throw new InputError(`${name}: ${problem}`);
  };
  const check = (isRight: boolean, problem: string): void => {
    if (!isRight) refuse(problem);
  };
  check(Number.isInteger(fast) && Number.isInteger(slow) && fast > 0 && slow > 0, `the detector has ${fast} x ${slow} pixels`);
  check(sizeX > 0 && sizeY > 0, `the pixels are ${sizeX} x ${sizeY} mm`);
  check(wavelengthA !== 0, "the wavelength is 0");
  check(lengthOf(beam) > 0 && lengthOf(rotationAxis) > 0, "the beam or the rotation axis is 0 0 0, which is no direction");
  check(spanSpace(...axes), "the axes of the unit cell do not span space");
  check(Number.isInteger(startFrame) && startFrame >= 0, `the first image has the number ${startFrame}`);
  check(lengthOf(cross(xds.detectorX, xds.detectorY)) > 0.1, "the detector's X and Y axes are parallel");
  const [x, y] = [direction(xds.detectorX), direction(xds.detectorY)];
  const normal = direction(cross(x, y));
  const toCorner = plus(scaled(x, (cornerPixel - origin[0]) * sizeX), scaled(y, (cornerPixel - origin[1]) * sizeY));
  return {
    source: name,
    kind,
    beam: { wavelengthA: Math.abs(wavelengthA), direction: direction(beam) },
    panels: [
      {
        name: "Panel",
        pixels: { fast, slow },
        pixelSizeMm: sizeX,
        originMm: plus(scaled(normal, distanceMm), toCorner),
        fast: x,
        slow: scaled(y, sizeY / sizeX),
      },
    ],
    goniometer: { axis: direction(rotationAxis), fixed: identity, setting: identity },
    scan: { firstImage: startFrame, lastImage: startFrame, startDeg: xds.startDeg, widthDeg: xds.oscillationDeg },
    crystals: [{ a: axes[0], b: axes[1], c: axes[2], spaceGroup: xds.spaceGroup }],
    images: template === undefined ? [] : [{ file: filledIn(template, startFrame) }],
    remarks: [...(template === undefined ? ["the file names no images"] : []), ...contradictionsIn(xds, stated)],
  };
}

/** A wave vector is as long as the wavelength says, to the digits of the files. */
const roundingOfBeam = 1e-3;

function contradictionsIn({ axes: [a, b, c], beam, wavelengthA }: XdsGeometry, stated: Cell | undefined): string[] {
  const product = lengthOf(beam) * Math.abs(wavelengthA);
  const cell = cellOf(a, b, c);
  return [
    ...(Math.abs(product - 1) > roundingOfBeam && Math.abs(lengthOf(beam) - 1) > roundingOfBeam ? [`the beam's vector has the length of a wavelength of ${formatG(1 / lengthOf(beam))} A, and the wavelength is ${Math.abs(wavelengthA)} A, which is taken`] : []),
    ...(stated && cellsDiffer(cell, stated) ? [`the axes have the cell ${shown(cell)}, which is taken, and not the stated ${shown(stated)}`] : []),
  ];
}

function filledIn(template: string, frame: number): string {
  return template.replace(/\?+/, (digits) => String(frame).padStart(digits.length, "0"));
}

/**
 * Writes a record of one panel and one crystal as XPARM.XDS, in the form of 2013.
 * @throws InputError when the record has not what the file states
 */
export function formatXparm(record: ExperimentRecord): string {
  const { panels, crystals, beam, goniometer, scan, source } = record;
  const [panel, crystal] = [panels[0], crystals[0]];
  if (panels.length !== 1 || crystals.length === 0) throw new InputError(`${source} has ${panels.length} panels and ${crystals.length} crystals; XPARM.XDS holds one of each`);
  if (beam.wavelengthA === undefined || beam.direction === undefined) throw new InputError(`${source} does not state the beam's wavelength and direction, which XPARM.XDS holds`);
  const [x, y] = [direction(panel.fast), direction(panel.slow)];
  const across = direction(cross(x, y));
  const distance = panel.originMm[0] * across[0] + panel.originMm[1] * across[1] + panel.originMm[2] * across[2];
  const sizeY = panel.pixelSizeMm * lengthOf(panel.slow);
  const toNear = minus(scaled(across, distance), panel.originMm);
  const along = (axis: Vector3, size: number): number => (toNear[0] * axis[0] + toNear[1] * axis[1] + toNear[2] * axis[2]) / size + cornerPixel;
  const fixed = (digits: number, width: number) => (value: number): string => value.toFixed(digits).padStart(width);
  const row = (values: readonly number[], digits = 6, width = 15): string => values.map(fixed(digits, width)).join("");
  const { a, b, c } = crystal;
  const cell = cellOf(a, b, c);
  const number = typeof crystal.spaceGroup === "number" ? crystal.spaceGroup : 1;
  const { fast, slow } = panel.pixels;
  const axis = goniometer?.axis ?? [1, 0, 0];
  return [
    " XPARM.XDS    VERSION March 30, 2013",
    `${String(scan?.firstImage ?? 1).padStart(6)}${fixed(4, 14)(scan?.startDeg ?? 0)}${fixed(4, 10)(scan?.widthDeg ?? 0)}${row(axis, 6, 10)}`,
    row([beam.wavelengthA, ...scaled(beam.direction, 1 / beam.wavelengthA)]),
    `${String(number).padStart(6)}${row(cell.slice(0, 3), 4, 12)}${row(cell.slice(3), 3, 8)}`,
    row(a),
    row(b),
    row(c),
    `${String(1).padStart(10)}${String(fast).padStart(10)}${String(slow).padStart(10)}${row([panel.pixelSizeMm, sizeY], 6, 12)}`,
    row([along(x, panel.pixelSizeMm), along(y, sizeY), distance]),
    row(x),
    row(y),
    row(across),
    [1, 1, fast, 1, slow].map((value) => String(value).padStart(10)).join(""),
    "    0.00    0.00    0.00  1.00000  0.00000  0.00000  0.00000  1.00000  0.00000",
    "",
  ].join("\n");
}

/** Edges in A and angles in degrees of a cell. */
export function cellOf(a: Vector3, b: Vector3, c: Vector3): Cell {
  const angle = (u: Vector3, v: Vector3): number =>
    (180 / Math.PI) * Math.acos(Math.max(-1, Math.min(1, (u[0] * v[0] + u[1] * v[1] + u[2] * v[2]) / (lengthOf(u) * lengthOf(v)))));
  return [lengthOf(a), lengthOf(b), lengthOf(c), angle(b, c), angle(c, a), angle(a, b)];
}
