import { parseNumber } from "./field.js";
import type { ExperimentRecord, PanelRecord } from "./geometry/record.js";
import { identity } from "./geometry/vector.js";
import type { Smv } from "./smv.js";

/**
 * What an SMV header knows of the experiment, in a frame with X along the fast axis, Y against the slow one and Z towards the source.
 * @param source what messages call the image
 */
export function smvRecord({ header, shape: [slow, fast] }: Smv, source: string): ExperimentRecord {
  const number = (...keys: readonly string[]): number | undefined => {
    const value = parseNumber(keys.map((key) => header.get(key)).find((word) => word !== undefined) ?? "");
    return Number.isNaN(value) ? undefined : value;
  };
  const positive = (key: string): number | undefined => {
    const value = number(key);
    return value !== undefined && value > 0 ? value : undefined;
  };
  const remarks: string[] = [];
  const [pixelSizeMm, distanceMm] = [positive("PIXEL_SIZE"), positive("DISTANCE")];
  const twotheta = number("TWOTHETA") ?? 0;
  const panels: PanelRecord[] = [];
  const beam = pixelSizeMm === undefined ? undefined : beamPixels(number, pixelSizeMm, remarks);
  if (twotheta !== 0) remarks.push(`TWOTHETA is ${twotheta} degrees, and the header does not state about which axis: the detector's place is left open`);
  else if (pixelSizeMm === undefined || distanceMm === undefined || beam === undefined) {
    remarks.push("the header does not state PIXEL_SIZE, DISTANCE and a beam centre: the detector's place is left open");
  } else {
    const close = positive("CLOSE_DISTANCE");
    if (close !== undefined && Math.abs(close - distanceMm) > 1e-5 * distanceMm) {
      remarks.push(`CLOSE_DISTANCE ${close} is not DISTANCE ${distanceMm}: the detector is tilted, which the header does not describe`);
    }
    panels.push({
      name: "Panel",
      pixels: { fast, slow },
      pixelSizeMm,
      originMm: [-beam[0] * pixelSizeMm, beam[1] * pixelSizeMm, -distanceMm],
      fast: [1, 0, 0],
      slow: [0, -1, 0],
    });
  }
  const [startDeg, widthDeg] = [number("OSC_START", "PHI"), number("OSC_RANGE")];
  const isTurning = widthDeg !== undefined && widthDeg > 0;
  return {
    source,
    kind: "SMV header",
    beam: { wavelengthA: positive("WAVELENGTH"), direction: [0, 0, -1] },
    panels,
    goniometer: isTurning ? { axis: [1, 0, 0], fixed: identity, setting: identity } : undefined,
    scan: startDeg === undefined ? undefined : { firstImage: 1, lastImage: 1, startDeg, widthDeg },
    crystals: [],
    images: [{ file: source }],
    remarks,
  };
}

type Lookup = (...keys: readonly string[]) => number | undefined;

/** Where the beam strikes, in pixels from the corner along fast and slow: from what is defined best. */
function beamPixels(number: Lookup, pixelSizeMm: number, remarks: string[]): readonly [fast: number, slow: number] | undefined {
  const [denzoX, denzoY] = [number("DENZO_X_BEAM", "DENZO_XBEAM"), number("DENZO_Y_BEAM", "DENZO_YBEAM")];
  if (denzoX !== undefined && denzoY !== undefined) return [denzoY / pixelSizeMm, denzoX / pixelSizeMm];
  const [x, y] = [number("BEAM_CENTER_X"), number("BEAM_CENTER_Y")];
  if (x === undefined || y === undefined) return undefined;
  remarks.push("BEAM_CENTER_X is taken along the slow axis, as MOSFLM does");
  return [y / pixelSizeMm, x / pixelSizeMm];
}
