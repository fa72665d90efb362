import { known, type Quantity } from "../autodiff/tape.js";
import { turnedTo } from "../io/geometry/merge.js";
import type { ExperimentRecord, ImageName } from "../io/geometry/record.js";
import type { Vector3 } from "../io/geometry/vector.js";
import { orientedLattice } from "../models/crystal.js";
import { detectorFrame } from "../models/detector.js";
import type { Experiment } from "../models/experiment.js";
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
}

/**
 * The models of a still as a record, in the frame of DIALS: the beam along -Z, the spindle along X.
 * @throws InputError when the crystal is turned during the exposure, or the detector is bent
 */
export function stillRecord({ beam, crystal, detector }: Experiment, { image, overload, gain = 1, pedestal = 0, spaceGroup }: RecordExtras): ExperimentRecord {
  if ((crystal.scan?.steps ?? 1) > 1 || (crystal.scan?.phiDeg ?? 0) !== 0) throw new InputError("only stills can be written, and the crystal turns about the spindle during the exposure (-phi, -osc)");
  if (detector.curved) throw new InputError("a curved detector (-curved_det) cannot be written: a panel is flat");
  const frame = detectorFrame(detector);
  const vector = ([x, y, z]: Vector<Quantity>, factor = 1): Vector3 => [known(x) * factor, known(y) * factor, known(z) * factor];
  const { direct } = orientedLattice(crystal);
  const { sensor } = detector;
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
    panels: [
      {
        name: "simulated",
        pixels: detector.pixels,
        pixelSizeMm: detector.pixelSizeMm,
        originMm: vector(frame.origin, 1000),
        fast: vector(frame.fast),
        slow: vector(frame.slow),
        ...(sensor && { sensor: { thicknessUm: sensor.thicknessUm, attenuationDepthUm: sensor.attenuationDepthUm } }),
        trusted: { lowest: 0, overload },
        gain,
        pedestal,
      },
    ],
    crystals: [{ a: vector(direct.a, 1), b: vector(direct.b), c: vector(direct.c), spaceGroup, ...(spread > 0 && { halfMosaicityDeg: spread / 2 }) }],
    images: [image],
    remarks: [],
  };
  // A rotation about the beam is free: the frame's spindle is put along X.
  const turned = turnedTo({ ...record, goniometer: { axis: vector(frame.spindle), fixed: identity, setting: identity } }, [0, 0, -1], [1, 0, 0]);
  return { ...turned, goniometer: undefined };
}

const identity = [[1, 0, 0], [0, 1, 0], [0, 0, 1]] as const;
