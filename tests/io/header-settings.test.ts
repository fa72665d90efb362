import { test } from "uvu";
import * as assert from "uvu/assert";
import { headerSettings } from "../../src/io/header-settings.js";
import { smvRecord } from "../../src/io/smv-record.js";
import type { Smv } from "../../src/io/smv.js";
import { zeros } from "../../src/ndarray/ndarray.js";
import { refuses } from "./refusal.js";

function smvWith(entries: Readonly<Record<string, string>>): Smv {
  return { header: new Map(Object.entries(entries)), shape: [2, 3], image: zeros([2, 3]), repeated: [], fullCount: undefined };
}

test("a header sets size, lengths, beam center and rotation, in its own units", () => {
  const settings = headerSettings(
    smvWith({
      PIXEL_SIZE: "0.2", DISTANCE: "60", CLOSE_DISTANCE: "59.5", WAVELENGTH: "1.1", BEAM_CENTER_X: "6.4", BEAM_CENTER_Y: "-6.5",
      XDS_ORGX: "33", XDS_ORGY: "34.5", PHI: "0", OSC_RANGE: "1e-1", TWOTHETA: "12",
    }),
    "mask.img",
  );
  assert.equal(settings, {
    shape: [2, 3],
    pixelSizeMm: 0.2,
    distanceMm: 60,
    closeDistanceMm: 59.5,
    wavelengthA: 1.1,
    beamCenterXMm: 6.4,
    beamCenterYMm: -6.5,
    orgXPixels: 33,
    orgYPixels: 34.5,
    phiDeg: 0,
    oscRangeDeg: 0.1,
    twothetaDeg: 12,
    beamAtMm: undefined,
  });
});

test("what a header does not say stays undefined", () => {
  const { shape, ...others } = headerSettings(smvWith({ DETECTOR_SN: "000" }), "mask.img");
  assert.equal(shape, [2, 3]);
  assert.ok(Object.values(others).every((value) => value === undefined));
});

test("ORGX and ORGY count as well as XDS_ORGX and XDS_ORGY", () => {
  const { orgXPixels, orgYPixels } = headerSettings(smvWith({ ORGX: "3", ORGY: "4" }), "mask.img");
  assert.equal([orgXPixels, orgYPixels], [3, 4]);
});

const malformed: readonly [key: string, value: string, message: RegExp][] = [
  ["DISTANCE", "far", /m\.img: DISTANCE is "far"; it must be a finite number/],
  ["PHI", "", /m\.img: PHI is ""/],
  ["OSC_RANGE", "nan", /OSC_RANGE is "nan"/],
  ["PIXEL_SIZE", "0", /PIXEL_SIZE is 0; it must be above 0/],
  ["WAVELENGTH", "-1", /WAVELENGTH is -1; it must be above 0/],
  ["SOURCE_WAVELENGTH", "2 1.54 0.71", /SOURCE_WAVELENGTH is "2 1.54 0.71"; it holds several wavelengths/],
  ["SCAN_ROTATION", "0 half 0.5", /SCAN_ROTATION is "0 half 0.5"/],
  ["DISTANCE", "120 m", /DISTANCE is "120 m"/],
  ["PIXEL_SIZE", "0.1 0.2", /PIXEL_SIZE is "0.1 0.2"; it must be a single number/],
];

test("an entry that is not a number, or a length that is not above 0, is refused", () => {
  for (const [key, value, message] of malformed) refuses(() => headerSettings(smvWith({ [key]: value }), "m.img"), message);
});

test("a comma is no decimal point, and an image's detector stands in front of the source", () => {
  refuses(() => headerSettings(smvWith({ WAVELENGTH: "1,1" }), "a.img"), /a\.img: WAVELENGTH is "1,1"; a number is written with a decimal point/);
  for (const distance of ["0", "-60"]) refuses(() => smvRecord(smvWith({ PIXEL_SIZE: "0.2", DISTANCE: distance }), "a.img"), new RegExp(`a\\.img: DISTANCE is ${distance}; it must be above 0`));
});

test("a header's saturation and pedestal are those of the panel, in ADSC's words and in Rigaku's", () => {
  const placed = { PIXEL_SIZE: "0.2", DISTANCE: "60", BEAM_CENTER_X: "0.2", BEAM_CENTER_Y: "0.3" };
  for (const entries of [{ CCD_IMAGE_SATURATION: "60000", IMAGE_PEDESTAL: "40" }, { SATURATED_VALUE: "60000", DARK_PEDESTAL: "40" }]) {
    const [panel] = smvRecord(smvWith({ ...placed, ...entries }), "a.img").panels;
    assert.equal([panel.trusted, panel.pedestal], [{ overload: 60000 }, 40]);
  }
  const [plain] = smvRecord(smvWith(placed), "a.img").panels;
  assert.equal([plain.trusted, plain.pedestal], [undefined, undefined]);
});

test("a header that contradicts itself says so, and a turn backwards is one", () => {
  const { remarks, goniometer, scan } = smvRecord({ ...smvWith({ PHI: "10", OSC_START: "20", OSC_RANGE: "-0.5", WAVELENGTH: "1.1" }), repeated: ["WAVELENGTH"] }, "a.img");
  assert.equal(remarks.slice(0, 2), ["WAVELENGTH is stated twice; the last value, \"1.1\", is taken", "PHI=10 and OSC_START=20 contradict each other; PHI is taken"]);
  assert.equal([goniometer?.axis, scan?.startDeg, scan?.widthDeg], [[1, 0, 0], 10, -0.5]);
  assert.equal(smvRecord(smvWith({ PHI: "10.0001", OSC_START: "10" }), "a.img").remarks.filter((remark) => /contradict/.test(remark)), []);
});

test("a d*TREK header sets the same by its own entries, and its beam along the axes of the image", () => {
  const settings = headerSettings(
    smvWith({
      DETECTOR_NAMES: "CCD_", CCD_SPATIAL_DISTORTION_INFO: "511.5 512.25 0.1 0.1", CCD_GONIO_NAMES: "RotZ Swing TransX TransY TransZ/Dist",
      CCD_GONIO_VALUES: "0 -20 0 0 55.5", SOURCE_WAVELENGTH: "1 1.5418", ROTATION: "30.0 30.5 0.5 10 0 0 0 0 0 0",
    }),
    "saturn.img",
  );
  assert.equal([settings.pixelSizeMm, settings.distanceMm, settings.twothetaDeg, settings.wavelengthA], [0.1, 55.5, -20, 1.5418]);
  assert.equal([settings.phiDeg, settings.oscRangeDeg], [30, 0.5]);
  assert.ok(settings.beamAtMm && Math.abs(settings.beamAtMm.fast - 51.15) < 1e-9 && Math.abs(settings.beamAtMm.slow - 51.225) < 1e-9);
});

test("wavelengths are read with their count, as a doublet, and with a unit", () => {
  const wavelengthOf = (text: string): number | undefined => headerSettings(smvWith({ WAVELENGTH: text }), "i.img").wavelengthA;
  assert.equal(["1.1", "1 1.1", "2 1.54056 1.54439", "1.54056 1.54439", "1.1 A"].map(wavelengthOf), [1.1, 1.1, 1.54056, 1.54056, 1.1]);
});

test.run();
