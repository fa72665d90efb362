import { known } from "../autodiff/tape.js";
import type { BeamRecord, ExperimentRecord, PanelRecord } from "../io/geometry/record.js";
import { cross, direction, dot, lengthOf, minus, plus, scaled, transform, type Vector3 } from "../io/geometry/vector.js";
import { detectorFrame, type Axes, type Detector } from "../models/detector.js";
import { InputError } from "../ndarray/errors.js";

/** Lengths of a panel's axes that are still those of square pixels. */
const squareTolerance = 1e-4;

/** Layers in which a sensor is worked on, as in the reference program where no option says otherwise. */
const sensorLayers = 2;

/**
 * The detector of one panel as a model: in the record's own laboratory frame, by its distance along the beam and the place where the
 * beam strikes, so that both can be refined.
 * @throws InputError when the record leaves the place open, the beam runs along the panel, or the pixels are not square
 */
export function detectorOfRecord(record: ExperimentRecord, panel: PanelRecord = onlyPanel(record)): Detector {
  const { source, beam, openShift } = record;
  if (openShift) throw new InputError(`${source} leaves the detector's distance open: ${openShift.statedBy}; give it with -distance`);
  const axes = axesOfRecord(record, panel);
  const { fast, slow, normal } = axes;
  const stretch = [lengthOf(panel.fast), lengthOf(panel.slow)];
  if (stretch.some((length) => Math.abs(length - 1) > squareTolerance) || Math.abs(dot(fast, slow)) > squareTolerance) {
    throw new InputError(`${source}: the pixels of panel ${panel.name} are not squares, which one panel of the model has`);
  }
  const along = directionOf(beam);
  const towards = dot(along, normal);
  if (Math.abs(towards) < 1e-6) throw new InputError(`${source}: the beam runs along the panel ${panel.name} and never strikes its plane`);
  const distanceMm = dot(panel.originMm, normal) / towards;
  const struck = minus(scaled(along, distanceMm), panel.originMm);
  const { sensor } = panel;
  return {
    pixels: panel.pixels,
    pixelSizeMm: panel.pixelSizeMm,
    convention: "CUSTOM",
    axes,
    pivot: "beam",
    distanceMm,
    beamCenterMm: { x: dot(struck, fast), y: dot(struck, slow) },
    ...(sensor?.thicknessUm !== undefined &&
      sensor.attenuationDepthUm !== undefined && {
        sensor: { thicknessUm: sensor.thicknessUm, attenuationDepthUm: sensor.attenuationDepthUm, layers: sensorLayers },
      }),
  };
}

function onlyPanel({ panels, source }: ExperimentRecord): PanelRecord {
  if (panels.length !== 1) {
    throw new InputError(panels.length === 0 ? `${source} does not state where the detector stands` : `${source} has ${panels.length} panels, and one is expected here`);
  }
  return panels[0];
}

/** Along the beam; towards -Z, as in the frame of DIALS, where a source does not state it. */
export function directionOf({ direction: along }: BeamRecord): Vector3 {
  return along ?? [0, 0, -1];
}

/** The directions of a record in its own laboratory frame; the normal points away from the sample. */
function axesOfRecord({ beam, goniometer }: ExperimentRecord, panel: PanelRecord): Axes {
  const [fast, slow] = [direction(panel.fast), direction(panel.slow)];
  const across = direction(cross(fast, slow));
  const normal = dot(across, panel.originMm) < 0 ? scaled(across, -1) : across;
  const along = directionOf(beam);
  const spindle = goniometer ? direction(transform(goniometer.setting, goniometer.axis)) : perpendicular(along, [1, 0, 0]);
  const polarization = perpendicular(along, beam.electricField ?? spindle);
  return { beam: along, fast, slow, normal, polarization, spindle, twotheta: spindle };
}

/** The part of a direction across the beam, or another direction across it where there is none. */
function perpendicular(along: Vector3, wanted: Vector3): Vector3 {
  const part = minus(wanted, scaled(along, dot(along, wanted)));
  return lengthOf(part) > 1e-6 ? direction(part) : perpendicular(along, [along[1], along[2], along[0]]);
}

/** The model of the only panel or, of many, of the first one as if its pixels were squares. */
export function firstDetector(record: ExperimentRecord): Detector {
  const [panel] = record.panels;
  return detectorOfRecord(record, record.panels.length === 1 ? panel : { ...panel, fast: direction(panel.fast), slow: perpendicularTo(panel) });
}

function perpendicularTo({ fast, slow }: PanelRecord): Vector3 {
  const along = direction(fast);
  return direction(minus(slow, scaled(along, dot(slow, along))));
}

/** The record with its detector moved along the beam, so that the beam strikes the first panel's plane at a distance. */
export function atDistance(record: ExperimentRecord, distanceMm: number): ExperimentRecord {
  const closed = { ...record, openShift: undefined };
  const now = known(detectorFrame(firstDetector(closed)).distance) * 1000;
  const shift = scaled(directionOf(record.beam), distanceMm - now);
  return { ...closed, panels: record.panels.map((panel) => ({ ...panel, originMm: plus(panel.originMm, shift) })) };
}
