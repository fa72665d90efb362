import { known, type Quantity } from "../autodiff/tape.js";
import { turnedTo } from "../io/geometry/merge.js";
import type { ExperimentRecord, ImageName, PanelRecord } from "../io/geometry/record.js";
import { identity, rotationAbout, transform, type Vector3 } from "../io/geometry/vector.js";
import { orientedLattice, type Crystal } from "../models/crystal.js";
import { detectorFrame } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
import { detectorsOf } from "../models/panels.js";
import { InputError } from "../ndarray/errors.js";
import type { Vector } from "../physics/vector.js";

/** What a record states of an image besides its models. */
export interface RecordExtras {
  /** file that holds the image */
  readonly image: ImageName;
  /** counts of a full pixel */
  readonly overload: number;
  /** counts for a photon */
  readonly gain?: number;
  /** counts of a pixel without photons */
  readonly pedestal?: number;
  /** Hall symbol of the crystal's space group; P 1 unless given */
  readonly spaceGroup?: string;
  /** number of the image in its series, for one during which the crystal turns; 1 unless given */
  readonly number?: number;
  /** where the first pixel of each of many panels stands in an image of all, in pixels */
  readonly inImage?: readonly { readonly fast: number; readonly slow: number }[];
}

/**
 * The models of an image as a record, in the frame of DIALS: the beam along -Z, the spindle along X. The crystal of a still stands in the
 * laboratory; one that turns stands as it does at 0 degrees of the spindle, and each step of its turn is the middle of a part of the scan.
 * @throws InputError when the detector is bent
 */
export function experimentRecord(experiment: Experiment, { image, overload, gain = 1, pedestal = 0, spaceGroup, number = 1, inImage }: RecordExtras): ExperimentRecord {
  const { beam, crystal, detector, panels } = experiment;
  if (detector.curved) throw new InputError("a curved detector (-curved_det) cannot be written: a panel is flat");
  const frame = detectorFrame(detector);
  const spindle = vector(frame.spindle);
  const turn = scanOf(crystal);
  const { direct } = orientedLattice(crystal);
  const resting = rotationAbout(spindle, turn ? 0 : known(crystal.scan?.phiDeg ?? 0));
  const edge = (along: Vector<Quantity>): Vector3 => transform(resting, vector(along));
  const spread = crystal.mosaic?.spreadDeg ?? 0;
  const record: ExperimentRecord = {
    source: image.file,
    kind: "simulated models",
    beam: {
      wavelengthA: beam.wavelengthA,
      direction: vector(frame.beam),
      kahnFactor: beam.polarized === false ? 0 : (beam.kahnFactor ?? 0),
      electricField: vector(frame.polarization),
    },
    panels: detectorsOf(experiment).map((panel, i): PanelRecord => {
      const { origin, fast, slow } = detectorFrame(panel);
      const { sensor } = panel;
      return {
        name: panels?.panels[i].name ?? "simulated",
        pixels: panel.pixels,
        pixelSizeMm: known(panel.pixelSizeMm),
        originMm: vector(origin, 1000),
        fast: vector(fast),
        slow: vector(slow),
        ...(sensor && { sensor: { thicknessUm: known(sensor.thicknessUm), attenuationDepthUm: known(sensor.attenuationDepthUm) } }),
        trusted: { lowest: 0, overload },
        gain,
        pedestal,
        ...(inImage && { inImage: inImage[i] }),
      };
    }),
    crystals: [{ a: edge(direct.a), b: edge(direct.b), c: edge(direct.c), spaceGroup, ...(spread > 0 && { halfMosaicityDeg: spread / 2 }) }],
    images: [image],
    ...(turn && { scan: { firstImage: number, lastImage: number, ...turn } }),
    remarks: [],
  };
  // A rotation about the beam is free: the frame's spindle is put along X.
  const turned = turnedTo({ ...record, goniometer: { axis: spindle, fixed: identity, setting: identity } }, [0, 0, -1], [1, 0, 0]);
  return turn ? turned : { ...turned, goniometer: undefined };
}

/**
 * The turn of a crystal during its image, each of whose steps is the middle of a part as long as a step.
 * @returns undefined where it stands still
 */
export function scanOf({ scan }: Pick<Crystal, "scan">): { readonly startDeg: number; readonly widthDeg: number } | undefined {
  if (scan === undefined || scan.steps < 2 || scan.stepDeg === 0) return undefined;
  return { startDeg: scan.phiDeg - scan.stepDeg / 2, widthDeg: scan.stepDeg * scan.steps };
}

function vector([x, y, z]: Vector<Quantity>, factor = 1): Vector3 {
  return [known(x) * factor, known(y) * factor, known(z) * factor];
}
