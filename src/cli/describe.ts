import { mergeRecords } from "../io/geometry/merge.js";
import type { ExperimentRecord, PanelRecord } from "../io/geometry/record.js";
import { angleAt, crystalAt } from "../io/geometry/setting.js";
import { cellOf } from "../io/geometry/xds.js";
import type { MeasuredImage } from "../io/image.js";
import { InputError } from "../ndarray/errors.js";
import { formatG } from "../io/c-format.js";
import { imageStatistics } from "../simulate/statistics.js";
import { reshape } from "../ndarray/views.js";
import type { Environment } from "./environment.js";
import { describeFlags } from "./help.js";
import { recordOfImage } from "./image-values.js";
import { withMaskMaps } from "./mask-maps.js";
import { parseFlags, type Flag, type FlagTable } from "./parse-flags.js";
import { readSource, type Source } from "./source.js";

const table = {
  together: { group: "Options", help: "the files belong to one experiment: what they state is merged, the first one first, and contradictions are listed" },
  json: { group: "Options", help: "the description as JSON: one object for one file, a list for several" },
  help: { group: "Options", aliases: ["h"], help: "this text" },
} as const satisfies Readonly<Record<string, Flag>>;

type DescribeFlag = keyof typeof table;
const describeTable: FlagTable<DescribeFlag> = table;

const intro = `braggtape describe FILE...: what files of any kind state of an experiment, and what they leave open

  DIALS .expt, XDS XPARM.XDS and INTEGRATE.HKL, CrystFEL .geom and .stream, MOSFLM matrix; images: CBF, SMV, HDF5, TIFF, MarCCD.
  FILE#7 is the seventh image of a file that describes or holds several. Vectors are in the file's own laboratory frame.

  braggtape describe indexed.expt --json
`;

/** What a file states, as it is printed. */
export interface Description {
  readonly file: string;
  readonly kind: string;
  readonly beam: object;
  readonly panels: readonly object[];
  readonly crystals: readonly object[];
  readonly scan: object | null;
  readonly goniometer: object | null;
  readonly images: readonly string[];
  /** of the image's pixels, where the file is one */
  readonly statistics?: object;
  /** what is left open, ignored, or contradicts itself */
  readonly open: readonly string[];
}

/**
 * Prints what files state.
 * @throws InputError in one sentence
 */
export async function runDescribe(argv: readonly string[], { cwd, stdout }: Environment): Promise<void> {
  const given = parseFlags(argv, describeTable);
  if (given.has("help")) return void stdout(`${intro}\n${describeFlags(describeTable)}`);
  if (given.operands.length === 0) throw new InputError("describe needs a file: a model of another program, or an image");
  const sources = await Promise.all(given.operands.map(async (name) => withMasks(await readSource(cwd, name), cwd)));
  const descriptions = given.has("together") ? [descriptionTogether(await withImage(sources, cwd))] : sources.map(descriptionOf);
  const json = descriptions.length === 1 ? descriptions[0] : descriptions;
  stdout(given.has("json") ? `${JSON.stringify(json, undefined, 2)}\n` : descriptions.map(asText).join("\n"));
}

/** The source with the masks that its model names, as far as they lie in files of their own. */
async function withMasks(source: Source, cwd: string): Promise<Source> {
  const { record } = source;
  const { panels, unread } = await withMaskMaps(record.panels, { cwd, model: source.name });
  return { ...source, record: { ...record, panels, remarks: [...record.remarks, ...unread] } };
}

/** The sources with the numbers that they leave to the file of the image among them. */
async function withImage(sources: readonly Source[], cwd: string): Promise<Source[]> {
  const image = sources.find(({ measured }) => measured)?.name;
  return Promise.all(sources.map(async (source) => (image === undefined ? source : { ...source, record: await recordOfImage(source.record, image, cwd) })));
}

function descriptionOf({ name, record, image, measured, count }: Source): Description {
  const several = count > 1 && !name.includes("#") ? [`${name} describes ${count} images, and this is the first: ${name}#2 is the next`] : [];
  return {
    file: name,
    kind: record.kind,
    beam: {
      wavelengthA: record.beam.wavelengthA ?? null,
      direction: record.beam.direction ?? null,
      kahnFactor: record.beam.kahnFactor ?? null,
      electricField: record.beam.electricField ?? null,
    },
    panels: record.panels.map((panel) => panelOf(panel, record)),
    crystals: record.crystals.map((crystal) => {
      const { a, b, c, spaceGroup } = crystalAt(record, crystal, image);
      const rest = record.goniometer ? { atRest: { a: crystal.a, b: crystal.b, c: crystal.c } } : {};
      return { a, b, c, spaceGroup: spaceGroup ?? null, cell: cellOf(a, b, c), ...rest };
    }),
    scan: record.scan
      ? {
          images: [record.scan.firstImage, record.scan.lastImage],
          startDeg: record.scan.startDeg,
          widthDeg: record.scan.widthDeg ?? null,
          middleDeg: angleAt(record, image) ?? null,
          exposureS: record.scan.exposureS ?? null,
        }
      : null,
    goniometer: record.goniometer ?? null,
    images: record.images.map(({ file, frame }) => (frame === undefined ? file : `${file}#${frame}`)),
    ...(measured && { statistics: statisticsOf(measured) }),
    open: [...openOf(record), ...record.remarks, ...several],
  };
}

function panelOf(panel: PanelRecord, { openShift }: ExperimentRecord): object {
  const { originMm: [x, y, z], sensor } = panel;
  // A detector whose camera length is open has no third coordinate.
  const origin = openShift ? [x, y, null] : [x, y, z];
  return {
    name: panel.name,
    origin,
    fast: panel.fast,
    slow: panel.slow,
    pixelSizeMm: panel.pixelSizeMm,
    pixels: panel.pixels,
    sensor: sensor ? { material: sensor.material ?? null, thicknessUm: sensor.thicknessUm ?? null, attenuationDepthUm: sensor.attenuationDepthUm ?? null } : null,
    trusted: panel.trusted ? { lowest: panel.trusted.lowest ?? null, overload: panel.trusted.overload ?? null } : null,
    gain: panel.gain ?? null,
    pedestal: panel.pedestal ?? null,
    masked: panel.masked?.length ?? 0,
  };
}

/** What a refinement needs and the record does not state. */
function openOf({ beam, panels, crystals, images }: ExperimentRecord): string[] {
  return [
    ...(beam.wavelengthA === undefined ? ["the wavelength is not stated"] : []),
    ...(panels.length === 0 ? ["the detector's place is not stated"] : []),
    ...(crystals.length === 0 ? ["no crystal is stated"] : []),
    ...(images.length === 0 ? ["no image is named"] : []),
  ];
}

function statisticsOf({ image, mask, fullCount, overload = fullCount }: MeasuredImage): object {
  const flat = (array: typeof image) => (array.rank === 2 ? array : reshape(array, [array.size / array.shape[array.rank - 1], array.shape[array.rank - 1]]));
  const { count, max, maxAt, mean, rmsd } = imageStatistics(flat(image), { mask: mask && flat(mask) });
  let overloaded = 0;
  for (let i = 0; i < image.size; i++) if (overload !== undefined && image.data[i] >= overload && mask?.data[i] !== 0) overloaded++;
  return { pixels: image.size, used: count, missing: image.size - count, overloaded, mean, rmsd, max, maxAt };
}

function descriptionTogether(sources: readonly Source[]): Description {
  const { record, contradictions, statedBy } = mergeRecords(sources.map((source) => source.record));
  const [{ image }] = sources;
  const measured = sources.find((source) => source.measured)?.measured;
  const description = descriptionOf({ name: sources.map(({ name }) => name).join(" + "), record, image, count: 1, ...(measured && { measured }) });
  const origins = [...statedBy].map(([field, source]) => `${field} is taken from ${source}`);
  return { ...description, open: [...contradictions, ...description.open, ...origins] };
}

function asText(description: Description): string {
  const numbers = (value: unknown): string => {
    // A vector turned about has zeros with a sign.
    if (typeof value === "number") return formatG(value + 0, 7);
    if (Array.isArray(value)) return value.map(numbers).join(" ");
    if (typeof value !== "object" || value === null) return value === null ? "-" : String(value);
    return Object.entries(value)
      .filter(([, entry]) => entry !== null)
      .map(([key, entry]) => `${key} ${numbers(entry)}`)
      .join(", ");
  };
  const lines = [`${description.file}: ${description.kind}`, `  beam       ${numbers(description.beam)}`];
  const shown = description.panels.slice(0, 4);
  for (const panel of shown) lines.push(`  panel      ${numbers(panel)}`);
  if (shown.length < description.panels.length) lines.push(`  panels     ${description.panels.length - shown.length} more`);
  for (const crystal of description.crystals) lines.push(`  crystal    ${numbers(crystal)}`);
  if (description.scan) lines.push(`  scan       ${numbers(description.scan)}`);
  if (description.goniometer) lines.push(`  goniometer ${numbers(description.goniometer)}`);
  if (description.images.length > 0) lines.push(`  images     ${description.images.slice(0, 3).join(", ")}${description.images.length > 3 ? ` and ${description.images.length - 3} more` : ""}`);
  if (description.statistics) lines.push(`  pixels     ${numbers(description.statistics)}`);
  for (const sentence of description.open) lines.push(`  open       ${sentence}`);
  return `${lines.join("\n")}\n`;
}
