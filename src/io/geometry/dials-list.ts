import type { CrystalRecord, ExperimentRecord, GoniometerRecord, PanelRecord, ScanRecord } from "./record.js";
import { cross, direction, lengthOf, scaled } from "./vector.js";

/**
 * A DIALS experiment list of images, each with a beam and crystals of its own; equal detectors are one. An image during which the crystal
 * turns has a goniometer and a scan, and a file whose name ends with the image's number.
 * @param records of one image each, in one laboratory frame
 * Source: the serialisation of dxtbx.
 */
export function formatExperiments(records: readonly ExperimentRecord[]): string {
  const detectors: string[] = [];
  const turning = records.filter(({ goniometer, scan }) => goniometer !== undefined && scan !== undefined);
  const experiment = records.flatMap((record, i) => {
    const { panels, crystals } = record;
    const detector = JSON.stringify(detectorModel(panels));
    if (!detectors.includes(detector)) detectors.push(detector);
    const first = records.slice(0, i).reduce((sum, record) => sum + record.crystals.length, 0);
    const models = { __id__: "Experiment", identifier: "", beam: i, detector: detectors.indexOf(detector), imageset: i, ...(turning.includes(record) && { goniometer: turning.indexOf(record), scan: turning.indexOf(record) }) };
    return crystals.map((_, k) => ({ ...models, crystal: first + k }));
  });
  const list = {
    __id__: "ExperimentList",
    experiment,
    imageset: records.map((record) => ({
      ...(turning.includes(record) ? { __id__: "ImageSequence", template: templateOf(record) } : { __id__: "ImageSet", images: record.images.map(({ file }) => file) }),
      mask: null,
      gain: null,
      pedestal: null,
      dx: null,
      dy: null,
      params: {},
    })),
    beam: records.map(({ beam: { wavelengthA, direction = [0, 0, -1], kahnFactor = 0, electricField } }) => ({
      __id__: "monochromatic",
      direction: scaled(direction, -1).map(whole),
      wavelength: wavelengthA,
      divergence: 0,
      sigma_divergence: 0,
      polarization_normal: (electricField ? cross(direction, electricField) : [0, 1, 0]).map(whole),
      polarization_fraction: (1 + kahnFactor) / 2,
      flux: 0,
      transmission: 1,
      probe: "x-ray",
    })),
    detector: detectors.map((text): unknown => JSON.parse(text)),
    goniometer: turning.map(({ goniometer }) => goniometerModel(goniometer)),
    scan: turning.map(({ scan }) => scanModel(scan)),
    crystal: records.flatMap(({ crystals }) => crystals.map(crystalModel)),
    profile: [],
    scaling_model: [],
  };
  return `${JSON.stringify(list, undefined, 1)}\n`;
}

/** The name of an image with the digits of its number as #. */
function templateOf({ images: [image] }: ExperimentRecord): string {
  return image.file.replace(/\d+(?=\D*$)/, (digits) => "#".repeat(digits.length));
}

function goniometerModel(goniometer: GoniometerRecord | undefined): unknown {
  return goniometer && { rotation_axis: goniometer.axis.map(whole), fixed_rotation: goniometer.fixed.flat().map(whole), setting_rotation: goniometer.setting.flat().map(whole) };
}

/** In the older form, in which a scan of one image says by how much the crystal turns. */
function scanModel(scan: ScanRecord | undefined): unknown {
  return scan && { image_range: [scan.firstImage, scan.lastImage], batch_offset: 0, oscillation: [scan.startDeg, scan.widthDeg ?? 0], exposure_time: [scan.exposureS ?? 0], epochs: [0], valid_image_ranges: {} };
}

/** Without the sign of a 0. */
const whole = (x: number): number => x + 0;

function detectorModel(panels: readonly PanelRecord[]): unknown {
  const listed = panels.map(({ name, pixels, pixelSizeMm, originMm, fast, slow, sensor, trusted, gain = 1, pedestal = 0, inImage = { fast: 0, slow: 0 } }) => {
    const mu = sensor?.attenuationDepthUm === undefined ? 0 : 1000 / sensor.attenuationDepthUm;
    const thickness = (sensor?.thicknessUm ?? 0) / 1000;
    return {
      name,
      type: "SENSOR_PAD",
      fast_axis: direction(fast).map(whole),
      slow_axis: direction(slow).map(whole),
      origin: originMm.map(whole),
      raw_image_offset: [inImage.fast, inImage.slow],
      image_size: [pixels.fast, pixels.slow],
      pixel_size: [fast, slow].map((axis) => Number((pixelSizeMm * lengthOf(axis)).toPrecision(12))),
      trusted_range: [trusted?.lowest ?? 0, trusted?.overload ?? 65535],
      thickness,
      material: sensor?.material ?? "",
      mu,
      identifier: "",
      mask: [],
      gain,
      pedestal,
      px_mm_strategy: { type: mu > 0 && thickness > 0 ? "ParallaxCorrectedPxMmStrategy" : "SimplePxMmStrategy" },
    };
  });
  const hierarchy = {
    name: "",
    type: "",
    fast_axis: [1, 0, 0],
    slow_axis: [0, 1, 0],
    origin: [0, 0, 0],
    children: panels.map((_, panel) => ({ panel })),
  };
  return { panels: listed, hierarchy };
}

function crystalModel({ a, b, c, spaceGroup, halfMosaicityDeg, domainSizeA }: CrystalRecord): unknown {
  return {
    __id__: "crystal",
    real_space_a: a.map(whole),
    real_space_b: b.map(whole),
    real_space_c: c.map(whole),
    space_group_hall_symbol: typeof spaceGroup === "string" ? spaceGroup : " P 1",
    ...(halfMosaicityDeg !== undefined && { ML_half_mosaicity_deg: halfMosaicityDeg }),
    ...(domainSizeA !== undefined && { ML_domain_size_ang: domainSizeA }),
  };
}
