import { div, mul } from "../../autodiff/primitives/elementwise.js";
import { known, type Quantity } from "../../autodiff/tape.js";
import { conventionPivot, detectorFrame, type Detector } from "../../models/detector.js";
import type { Experiment } from "../../models/experiment.js";
import { InputError } from "../../ndarray/errors.js";
import type { Parameter } from "../parameter.js";
import { angle, axes, carriedBy, inDetector, length, linear, positive, replaced, singleNumber, type RefinableRecord } from "./refinable.js";

const readDistance = ({ detector: { distanceMm = 100, originMm } }: Experiment<Quantity>): Quantity | undefined => (originMm ? undefined : distanceMm);

const distance = singleNumber({
  name: "distance",
  unit: "mm",
  help: "from the sample to the detector, along the beam",
  read: readDistance,
  missing: "the detector stands where its origin says, and its distance cannot be refined",
  write: (experiment, value) => inDetector(experiment, { distanceMm: value }),
  parameter: length,
  carrier: carriedBy("distance", readDistance, "close_distance"),
});

const beamCenter = {
  name: "beam_center",
  aliases: ["beam", "beam_centre"],
  help: "where the beam strikes the detector",
  members: ["beam_x", "beam_y", "org_x", "org_y"],
  parameters: ({ detector }: Experiment): Parameter[] => {
    const { beamCenter: at, closeAt, pixelSize } = detectorFrame(detector);
    const [x, y, pixel] = [1000 * known(at.x), 1000 * known(at.y), known(pixelSize)];
    const reach = 1000 * pixel * 50;
    if (isMoved(detector, { beamCenterMm: { x: x + 1, y: y + 1 } })) {
      const write =
        (axis: "x" | "y"): Parameter["write"] =>
        (experiment, value) =>
          inDetector(experiment, { beamCenterMm: { x, y, ...experiment.detector.beamCenterMm, [axis]: value } });
      return [linear("beam_x", "mm", x, 1, reach, write("x")), linear("beam_y", "mm", y, 1, reach, write("y"))];
    }
    const near = { x: known(div(closeAt.fast, pixel)) + 0.5, y: known(div(closeAt.slow, pixel)) + 0.5 };
    if (!isMoved(detector, { nearPointPixels: { x: near.x + 1, y: near.y + 1 } })) {
      throw new InputError("the detector stands where its origin says, and its beam centre cannot be refined");
    }
    const write =
      (axis: "x" | "y"): Parameter["write"] =>
      (experiment, value) =>
        inDetector(experiment, { nearPointPixels: { ...near, ...experiment.detector.nearPointPixels, [axis]: value } });
    const doubt = 1e-3 / pixel;
    return [linear("org_x", "pixels", near.x, doubt, 50, write("x")), linear("org_y", "pixels", near.y, doubt, 50, write("y"))];
  },
  carrier: {
    replaces: ["Xbeam", "Ybeam", "ORGX", "ORGY", "Xclose", "Yclose", "pivot"],
    words: ({ detector }) => {
      const { beamCenter: at, closeAt, pixelSize } = detectorFrame(detector);
      const { convention = "MOSFLM", pivot = conventionPivot[convention] } = detector;
      const mm = (metres: Quantity): number => 1000 * known(metres);
      const pixels = (metres: Quantity): number => known(div(metres, pixelSize)) + 0.5;
      return [
        ["pivot", pivot],
        ["Xbeam", mm(at.x)],
        ["Ybeam", mm(at.y)],
        ...(pivot === "sample" && convention !== "CUSTOM" ? [["ORGX", pixels(closeAt.fast)] as const, ["ORGY", pixels(closeAt.slow)] as const] : []),
      ];
    },
  },
} as const satisfies RefinableRecord;

/** Whether a change moves the detector at all: conventions do not heed every number. */
function isMoved(detector: Detector, change: Partial<Detector>): boolean {
  const origin = (placed: Detector): readonly Quantity[] => detectorFrame(placed).origin;
  const before = origin(detector).map(known);
  return origin({ ...detector, ...change }).some((component, i) => known(component) !== before[i]);
}

const rotation = {
  name: "rotation",
  aliases: ["detector_rot"],
  help: "turns of the detector about X, then Y, then Z",
  members: axes.map(({ name }) => `detector_rot${name}`),
  parameters: ({ detector: { rotationDeg = [0, 0, 0] } }: Experiment): Parameter[] =>
    axes.map(({ name, axis }) =>
      angle(`detector_rot${name}`, "deg", rotationDeg[axis], (experiment, value) =>
        inDetector(experiment, { rotationDeg: replaced(experiment.detector.rotationDeg, axis, value) }),
      ),
    ),
  carrier: {
    replaces: axes.map(({ name }) => `detector_rot${name}`),
    words: ({ detector: { rotationDeg = [0, 0, 0] } }) => axes.map(({ name, axis }) => [`detector_rot${name}`, rotationDeg[axis]] as const),
  },
} as const satisfies RefinableRecord;

const twotheta = singleNumber({
  name: "twotheta",
  unit: "deg",
  help: "turn of the detector about the two-theta axis",
  read: ({ detector: { twothetaDeg = 0 } }) => twothetaDeg,
  write: (experiment, value) => inDetector(experiment, { twothetaDeg: value }),
  parameter: angle,
  carrier: "twotheta",
});

const thickness = singleNumber({
  name: "thickness",
  unit: "um",
  help: "thickness of the sensor",
  role: "profile",
  read: ({ detector: { sensor } }) => sensor?.thicknessUm,
  missing: "the detector has no sensor whose thickness could be refined",
  write: (experiment, value) => {
    const { sensor } = experiment.detector;
    if (!sensor) return experiment;
    const { thicknessUm, layerThicknessUm } = sensor;
    const layer = layerThicknessUm === undefined ? {} : { layerThicknessUm: mul(value, div(layerThicknessUm, thicknessUm)) };
    return inDetector(experiment, { sensor: { ...sensor, thicknessUm: value, ...layer } });
  },
  parameter: positive(0.5),
  carrier: "detector_thick",
});

const attenuationDepth = singleNumber({
  name: "attenuation_depth",
  aliases: ["absorption"],
  unit: "um",
  help: "depth of the sensor at which 1/e of the photons are left",
  role: "profile",
  read: ({ detector: { sensor } }) => (sensor?.attenuationDepthUm === Infinity ? undefined : sensor?.attenuationDepthUm),
  missing: "the detector has no sensor with a finite attenuation depth that could be refined",
  write: (experiment, value) => {
    const { sensor } = experiment.detector;
    return sensor ? inDetector(experiment, { sensor: { ...sensor, attenuationDepthUm: value } }) : experiment;
  },
  parameter: positive(0.5),
  carrier: "detector_abs",
});

export const detectorRecords = [distance, beamCenter, rotation, twotheta, thickness, attenuationDepth] as const;
