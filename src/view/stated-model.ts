import { known } from "../autodiff/tape.js";
import { crystalOfRecord } from "../input/record-crystal.js";
import { atDistance, firstDetector } from "../input/record-detector.js";
import { panelledDetector } from "../input/record-panels.js";
import { unreadMasks } from "../io/geometry/mask-map.js";
import { mergeRecords } from "../io/geometry/merge.js";
import type { ModelFile } from "../io/geometry/model-file.js";
import { named, type ExperimentRecord } from "../io/geometry/record.js";
import { imageCount } from "../io/geometry/setting.js";
import { orientedLattice, type Crystal } from "../models/crystal.js";
import { detectorFrame } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import type { PanelledDetector } from "../models/panels.js";
import { InputError } from "../ndarray/errors.js";
import { norm } from "../physics/vector.js";
import type { ImageOptions } from "../simulate/image-options.js";
import type { GivenImage } from "./given.js";
import { onPanels } from "./measured-image.js";
import { recordOfModel } from "./model-record.js";
import { statedFacts, type FactName, type StatedFact } from "./stated-fact.js";

/** A model as files and the page together state it. */
export interface StatedModel {
  /** with the first panel, where there are several; undefined where nobody states a crystal, so that there is only a detector */
  readonly experiment?: Experiment;
  readonly panels?: PanelledDetector;
  readonly options: ImageOptions;
  /** the measured image, in the panels and without the pixels that the file says */
  readonly image: GivenImage | undefined;
  /** who stated what */
  readonly facts: readonly StatedFact[];
  /** what of the file is not used, contradicted or assumed, a sentence each */
  readonly warnings: readonly string[];
}

/** A model that is shown already: what a file does not state stays as it is there. */
export interface PresentModel {
  readonly experiment: Experiment;
  readonly options: ImageOptions;
}

/** Of spots in closed form, where nothing says how wide they are, in degrees. */
const usualEtaDeg = 0.1;
/** Size of a domain where nothing states it, in Å. */
const usualDomainA = 1000;
const fewestCells = 3;
/** Electrons of every reflection where nothing says what scatters. */
const alike = 100;

const page = "the page";
const usual = "assumed";

/**
 * The model that a file of another program's states, with what it leaves open from the image's file, then from the model that is shown.
 * @param name of the file
 * @param image what is measured, with what its file states of the experiment
 * @throws InputError in one sentence when all of them together leave the beam, the detector or the crystal open
 */
export function statedModel(file: ModelFile, name: string, image: GivenImage | undefined, present: PresentModel | undefined): StatedModel {
  const { number, sentences: chosen } = chosenImage(file, name, image?.name);
  const { record: own, image: place } = file.image(number);
  const stated = [own, ...(image?.record ? [image.record] : [])];
  const { contradictions } = mergeRecords(stated);
  const shown = present ? [recordOfModel(present.experiment, page)] : [];
  const { record: merged, statedBy } = mergeRecords([...stated, ...shown]);
  const [crystal, ...more] = merged.crystals;
  const { wavelengthA } = merged.beam;
  const others = image ? `nor ${image.name}` : "nor an image";
  if (wavelengthA === undefined) throw new InputError(`${name} is not used: neither it ${others} states the wavelength`);
  if (merged.panels.length === 0) throw new InputError(`${name} is not used: neither it ${others} states where the detector stands`);
  const { record, distanceBy } = closed(merged, name, present);
  const measured = image && onPanels(image, record);
  const sentences = [
    ...chosen,
    ...own.remarks.filter((remark) => !/names no image|left open/.test(remark)).map((remark) => named(name, remark)),
    ...unreadMasks(merged).map((sentence) => `${name}: ${sentence}`),
    ...contradictions,
    ...(measured ? otherPixels(measured, record) : []),
  ];
  const options: ImageOptions = present?.options ?? { spots: "closed", semantics: "physical" };
  if (crystal === undefined) {
    if (!measured) throw new InputError(`${name} is not used: it states no crystal, and there is no image that its detector could be laid under`);
    return { image: measured, options, facts: [], warnings: [...sentences, `${name} states no crystal: resolutions are its, and there is no model`] };
  }
  const detector = firstDetector(record);
  const isOwnCrystal = statedBy.get("crystals") === own.source;
  // The crystal of a still, and that which is shown, stand as they are.
  const turns = isOwnCrystal && own.goniometer !== undefined;
  const mounted = crystalOfRecord(turns ? record : { ...record, goniometer: undefined, scan: undefined, images: [] }, crystal, turns ? place : 0);
  const kept = present?.experiment;
  const { lattice: _, missetDeg: __, scan: ___, ...widths } = kept?.crystal ?? {};
  const domains = isOwnCrystal ? crystal.domainSizeA : undefined;
  const experiment: Experiment = {
    ...kept,
    structureFactors: kept?.structureFactors ?? alike,
    beam: { ...kept?.beam, wavelengthA, ...(merged.beam.kahnFactor !== undefined && { kahnFactor: merged.beam.kahnFactor }) },
    crystal: {
      ...(kept ? widths : { etaDeg: usualEtaDeg }),
      ...(isOwnCrystal || !kept ? mounted : { ...mounted, ...(kept.crystal.scan && { scan: kept.crystal.scan }) }),
      ...(!kept || domains !== undefined ? { cells: domainCells(mounted, domains ?? usualDomainA) } : {}),
    },
    detector: { ...detector, ...(kept?.detector.footprintMm !== undefined && { footprintMm: kept.detector.footprintMm }) },
  };
  const placed = statedBy.get("panels") ?? page;
  const byName: Partial<Record<FactName, string | undefined>> = {
    wavelength: statedBy.get("beam.wavelengthA"),
    polarization: statedBy.get("beam.kahnFactor"),
    pixels: placed,
    distance: distanceBy ?? placed,
    centre: placed,
    sensor: placed,
    cell: statedBy.get("crystals"),
    orientation: statedBy.get("crystals"),
    turn: own.source,
    ...(domains !== undefined && { cells: own.source }),
  };
  return {
    experiment,
    image: measured,
    ...(record.panels.length > 1 && { panels: panelledDetector(record, detector) }),
    options,
    facts: statedFacts(experiment, (fact) => byName[fact] ?? (kept ? page : usual)),
    warnings: [
      ...sentences,
      ...(own.crystals.length === 0 ? [`${name} states no crystal: that of ${statedBy.get("crystals")} stays`] : []),
      ...(isOwnCrystal && more.length > 0 ? [`${name} has ${more.length + 1} crystals of this image; the first is taken`] : []),
    ],
  };
}

/** A sentence where the image and the detector have other pixels. */
function otherPixels({ name, panels: images }: GivenImage, { source, panels }: ExperimentRecord): string[] {
  const isSame = images.length === panels.length && panels.every(({ pixels }, i) => pixels.fast === images[i].shape[1] && pixels.slow === images[i].shape[0]);
  if (isSame) return [];
  const sizes = (all: readonly (readonly [fast: number, slow: number])[]): string => `${all.length > 1 ? `${all.length} panels, the first of ` : ""}${all[0].join(" × ")} pixels`;
  return [`${name} has ${sizes(images.map(({ shape }) => [shape[1], shape[0]]))}, and the detector of ${source} has ${sizes(panels.map(({ pixels }) => [pixels.fast, pixels.slow]))}: the two are not compared`];
}

/** The image of the file that has the measured one's name; else the first. */
function chosenImage(file: ModelFile, name: string, imageName: string | undefined): { readonly number: number; readonly sentences: readonly string[] } {
  const wanted = imageName && withoutFolder(imageName);
  for (let number = 1; number <= file.count; number++) {
    const { record, image } = file.image(number);
    const own = record.images[image];
    if (own && withoutFolder(own.file) === wanted) return { number, sentences: [] };
  }
  const what = imageName === undefined ? "there is no image beside it" : `none of them is called ${imageName}`;
  const count = Math.max(file.count, imageCount(file.image(1).record));
  return { number: 1, sentences: count > 1 ? [`${name} describes ${count} images, and ${what}; the first is taken`] : [] };
}

/** An image is the same packed by gzip. */
function withoutFolder(path: string): string {
  return path.replace(/^.*[\\/]/, "").replace(/\.gz$/, "");
}

/** The record with its detector at a distance, where the file leaves that open. */
function closed(record: ExperimentRecord, name: string, present: PresentModel | undefined): { readonly record: ExperimentRecord; readonly distanceBy: string | undefined } {
  if (!record.openShift) return { record, distanceBy: undefined };
  if (!present) throw new InputError(`${name} is not used: it leaves the detector's distance open (${record.openShift.statedBy}), and no model is shown whose distance could be taken`);
  return { record: atDistance(record, 1000 * known(detectorFrame(present.experiment.detector).distance)), distanceBy: page };
}

function domainCells(crystal: Crystal, sizeA: number): readonly [number, number, number] {
  const { a, b, c } = orientedLattice(crystal).direct;
  const along = (edge: typeof a): number => Math.max(fewestCells, Math.round(sizeA / known(norm(edge))));
  return [along(a), along(b), along(c)];
}
