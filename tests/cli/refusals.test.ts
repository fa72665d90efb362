import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatFdump } from "../../src/io/fdump.js";
import { array } from "../../src/ndarray/ndarray.js";
import { small, smv, withBench } from "./workbench.js";

const matrix = "0.03 0 0\n0 0.02 0\n0 0 0.018\n";
const hkl = "0 0 0 100\n1 0 0 50\n0 1 0 20\n0 0 1 10\n";

/** What stands in the folder before each command line, the outputs' names among it. */
const files: Readonly<Record<string, string | Uint8Array>> = {
  "good.hkl": hkl,
  "good.mat": matrix,
  "empty.hkl": "",
  "blank.hkl": "\n  \n# only a comment\n",
  "three.hkl": "0 0 0 100\n1 0 50\n",
  "five.hkl": "0 0 0 100 1\n",
  "words.hkl": "0 0 0 100\n1 0 zero 50\n",
  "infinite.hkl": "0 0 0 inf\n",
  "wide.hkl": "0 0 0 1\n9000 9000 9000 1\n",
  "far.hkl": "99999 0 0 1\n",
  "binary.hkl": new Uint8Array([0, 255, 3, 10, 200, 7]),
  "empty.mat": "",
  "eight.mat": "1 2 3 4 5 6 7 8",
  "words.mat": "a b c\nd e f\ng h i\n",
  "zeros.mat": "0 0 0\n0 0 0\n0 0 0\n",
  "flat.mat": "1 2 3\n2 4 6\n1 0 1\n",
  "empty.img": "",
  "text.img": "this is no image",
  "short.img": smv("SIZE1=8;\nSIZE2=8;\n", [1, 2, 3]),
  "nosize.img": smv("SIZE1=8;\n", [1]),
  "words.img": smv("SIZE1=1;\nSIZE2=1;\nPIXEL_SIZE=small;\n", [1]),
  "negative.img": smv("SIZE1=1;\nSIZE2=1;\nPIXEL_SIZE=-1;\n", [1]),
  "black.img": smv("SIZE1=2;\nSIZE2=2;\n", [0, 0, 0, 0]),
  "tiny.img": smv("SIZE1=2;\nSIZE2=2;\n", [1, 2, 3, 4]),
  "empty.src": "",
  "words.src": "left of me\n",
  "origin.src": "0 0 0 1 1e-10\n",
  "six.src": "1 2 3 4 1e-10 6\n",
  "metres.src": "-10 0 0 1 1.0\n",
  "dark.src": "-10 0 0 0 1e-10\n",
  "below.src": "-10 0 0 1 1e-10\n-10 0 0 -1 1e-10\n",
  "not.mtz": "MTX not one",
  "cut.mtz": new TextEncoder().encode("MTZ \0\0\0\0"),
  "bad.bin": "1 2 3\n\fxxxx",
  "floatimage.bin": "old float",
  "intimage.img": "old int",
  "noiseimage.img": "old noise",
  "image.pgm": "old pgm",
  "Fdump.bin": formatFdump({ min: [0, 0, 0], values: array([[[1]]]) }),
  "picture.png": "old picture",
};

const cell = "simulate -cell 34 45 56 -detpixels 4";
const plain = "simulate -default_F 1 -detpixels 4";

/** Command lines that cannot be, and what the sentence must name. */
const refusals: readonly (readonly [line: string, sentence: RegExp])[] = [
  // what is no option, or not all of one
  ["simulat -cell 10", /"simulat" is not a command; did you mean simulate\?/],
  [`${small} -detpixel 10`, /"-detpixel" is not an option; did you mean -detpixels/],
  [`${small} -lamda 1`, /"-lamda" is not an option; did you mean -lambda/],
  [`${small} -dist 100`, /"-dist" is not an option; did you mean -distance/],
  [`${small} -dispstep 3`, /"-dispstep" is not an option, and nanoBragg ignores it; did you mean -dispsteps\?/],
  [`${small} -hdiv 0.28`, /"-hdiv" is not an option, .*; did you mean -hdivrange\?/],
  [`${small} -vdiv 0.28`, /"-vdiv" is not an option, .*; did you mean -vdivrange\?/],
  [`${small} -phi0 10`, /"-phi0" is not an option; did you mean -phi/],
  [`${small} -printout`, /-printout is refused: .*-printout_pixel prints one of them/],
  [`${small} -printout_pixel 8 0`, /-printout_pixel 8 0 leaves the detector's 8 x 8 pixels/],
  [`${small} --jsn`, /"--jsn" is not an option; did you mean -json/],
  [`${small} -qwertyuiop`, /"-qwertyuiop" is not an option$/m],
  [`${small} 17`, /"17" belongs to no option/],
  [`${small} -misset 1 2 3 4`, /"4" belongs to no option/],
  [`${small} -distance`, /-distance needs a number above 0 \(mm\) behind it/],
  [`${small} -misset 10 20`, /-misset needs 3 times a finite number \(degrees\) or the word "random"/],
  [`${small} -distance -pixel 1`, /-distance needs/],
  [`${small} -roi 0 3 0`, /-roi needs 4 times/],
  [`${small} -png`, /-png needs FILE/],
  [`${small} -stol table.txt`, /-stol: cannot read .*table.txt: there is no such file/],
  // numbers that are none
  [`${small} -distance far`, /-distance is "far"; it must be a number above 0 \(mm\)/],
  [`${small} -distance NaN`, /-distance is "NaN"/],
  [`${small} -lambda inf`, /-lambda is "inf"/],
  [`${small} -distance 1e999`, /-distance is "1e999"/],
  [`${small} -misset 0x10 0 0`, /-misset is "0x10"/],
  // numbers that cannot be
  [`${small} -pixel -0.1`, /-pixel is "-0.1"; it must be a number above 0 \(mm\)/],
  [`${small} -pixel 0`, /-pixel is "0"/],
  [`${small} -lambda 0`, /-lambda is "0"; it must be a number above 0 \(A\)/],
  [`${small} -lambda -1`, /-lambda is "-1"/],
  [`${small} -energy 0`, /-energy is "0"; it must be a number above 0 \(eV\)/],
  [`${small} -distance -100`, /-distance is "-100"/],
  [`${small} -close_distance 0`, /-close_distance is "0"/],
  [`${small} -N 2.5`, /-N is "2.5"; it must be a whole number of at least 1/],
  [`${small} -Nb -3`, /-Nb is "-3"/],
  [`${small} -detpixels 10.5`, /-detpixels is "10.5"/],
  [`${small} -detpixels 1000000`, /-detpixels: 1000000 x 1000000 pixels do not fit into memory/],
  [`${plain} -cell 10 -detsize 0.0001 -pixel 1 -detpixels_x 3`.replace("-detpixels 4 ", ""), /-detsize: no pixel of 1 mm fits/],
  [`${small} -oversample 1.5`, /-oversample is "1.5"/],
  [`${small} -oversample 100000`, /-oversample 100000.* fit into memory/],
  [`${small} -mosaic_spread -1`, /-mosaic_spread is "-1"/],
  [`${small} -mosaic_spread 1 -mosaic_domains 900000000`, /-mosaic_domains is 900000000/],
  [`${small} -osc -1`, /-osc is "-1"/],
  [`${small} -dispersion -1`, /-dispersion is "-1"/],
  [`${small} -dispersion 250 -dispsteps 3`, /-dispersion is 250 percent/],
  [`${small} -hdivrange -3`, /-hdivrange is "-3"/],
  [`${small} -vdivsteps 1.5`, /-vdivsteps is "1.5"/],
  [`${small} -polar 1.5`, /-polar is "1.5"; it must be a number from -1 to 1/],
  [`${small} -fluence -1`, /-fluence is "-1"/],
  [`${small} -flux 1e12 -beamsize 0`, /-beamsize is "0"/],
  [`${small} -exposure 0`, /-exposure is "0"/],
  [`${small} -detector_abs -300`, /-detector_abs is "-300"; it must be a number of at least 0, or "inf"/],
  [`${small} -detector_thick -3`, /-detector_thick is "-3"/],
  [`${small} -water -2`, /-water is "-2"/],
  [`${small} -dmin -2`, /-dmin is "-2"/],
  [`${small} -fudge 0`, /-fudge is "0"/],
  [`${small} -xtal_size 0`, /-xtal_size is "0"/],
  [`${small} -seed 1.5`, /-seed is "1.5"/],
  [`${small} -seed 99999999999`, /-seed is "99999999999"/],
  [`${small} --threads 0`, /--threads is "0"/],
  [`${small} -dtype float16`, /-dtype is "float16"; it can be float64 or float32/],
  [`${small} -pivot crystal`, /-pivot is "crystal"; it can be beam or sample/],
  [`${small} -semantics both`, /-semantics is "both"/],
  // regions
  [`${small} -roi 0 9 0 7`, /-roi: its fast range 0 to 9 leaves the detector's pixels 0 to 7/],
  [`${small} -roi 0 7 8 8`, /-roi: its slow range 8 to 8 leaves/],
  [`${small} -roi 5 2 0 7`, /-roi: its fast range 5 to 2 ends before it begins/],
  [`${small} -roi -1 5 0 7`, /-roi is "-1"/],
  [`${small} -roi 0.5 5 0 7`, /-roi is "0.5"/],
  // cells and axes
  [`${plain} -cell 10 10 10 120 120 120`, /-cell has angles that add up to 360 degrees/],
  [`${plain} -cell 10 10 10 30 40 80`, /-cell has an angle of 80 degrees, and it must be smaller than the sum of the other two/],
  [`${plain} -cell 10 10 10 40 40 80`, /-cell has an angle of 80 degrees/],
  [`${plain} -cell 10 10 10 90 90 180`, /-cell needs angles between 0 and 180 degrees/],
  [`${plain} -cell 10 10 10 90 90 0`, /-cell is "0"/],
  [`${plain} -cell -10 10 10 90 90 90`, /-cell is "-10"/],
  [`${plain} -cell`, /-cell needs a number above 0/],
  [plain, /nothing says what the unit cell is: give -cell or -mat/],
  [`${small} -fdet_vector 0 0 0`, /-fdet_vector is 0 0 0, which is no direction/],
  [`${small} -fdet_vector 0 1 0`, /-fdet_vector and -sdet_vector are parallel/],
  [`${small} -beam_vector 0 0 1`, /-beam_vector and -polar_vector are parallel/],
  [`${small} -detector_roty 90`, /-detector_roty turns the detector parallel to the beam/],
  // files
  [`${cell} -hkl none.hkl`, /-hkl: cannot read .*none.hkl: there is no such file/],
  [`${cell} -hkl .`, /-hkl: cannot read .*: it is a folder/],
  [`${cell} -hkl empty.hkl`, /empty.hkl holds no reflection/],
  [`${cell} -hkl blank.hkl`, /blank.hkl holds no reflection/],
  [`${cell} -hkl three.hkl`, /three.hkl, line 2: only 3 fields/],
  [`${cell} -hkl five.hkl`, /five.hkl, line 1: more than 4 fields/],
  [`${cell} -hkl words.hkl`, /words.hkl, line 2: "zero" is not a finite number/],
  [`${cell} -hkl infinite.hkl`, /infinite.hkl, line 1/],
  [`${cell} -hkl wide.hkl`, /the reflections span/],
  [`${cell} -hkl far.hkl`, /far.hkl, line 1: index beyond/],
  [`${cell} -hkl binary.hkl`, /binary.hkl, line 1/],
  [`${cell} -hkl good.hkl -mtz not.mtz`, /-hkl and -mtz both give structure factors/],
  [`${cell} -hkl good.hkl --column F`, /--column names a column of an MTZ file, and there is no -mtz/],
  [`${cell} -mtz not.mtz`, /not.mtz/],
  [`${cell} -mtz cut.mtz`, /cut.mtz/],
  [`${cell} -dump bad.bin`, /bad.bin is not an Fdump/],
  [`${cell} -dump none.bin`, /-dump: cannot read/],
  [`${plain} -mat none.mat`, /-mat: cannot read/],
  [`${plain} -mat empty.mat`, /empty.mat holds only 0 numbers/],
  [`${plain} -mat eight.mat`, /eight.mat holds only 8 numbers/],
  [`${plain} -mat words.mat`, /words.mat, line 1: "a" is not a finite number/],
  [`${plain} -mat zeros.mat`, /zeros.mat: the determinant/],
  [`${plain} -mat flat.mat`, /flat.mat: the determinant/],
  [`${small} -mask empty.img`, /empty.img is not an SMV image/],
  [`${small} -mask text.img`, /text.img is not an SMV image/],
  [`${small} -mask short.img`, /short.img has 518 bytes/],
  [`${small} -mask nosize.img`, /nosize.img: SIZE2 is missing/],
  [`${small} -mask tiny.img`, /-mask has 2 x 2 pixels, and the detector 8 x 8/],
  ["simulate -cell 34 45 56 -default_F 1 -mask black.img", /leave no pixel/],
  [`${small} -img words.img`, /words.img: PIXEL_SIZE is "small"/],
  [`${small} -img negative.img`, /negative.img: PIXEL_SIZE is -1/],
  [`${small} -img none.img`, /-img: cannot read/],
  [`${small} -sourcefile empty.src`, /empty.src lists no source/],
  [`${small} -sourcefile words.src`, /words.src, line 1: "left"/],
  [`${small} -sourcefile origin.src`, /origin.src, line 1: a source at 0 0 0/],
  [`${small} -sourcefile six.src`, /six.src, line 1: more than 5 columns/],
  [`${small} -sourcefile metres.src`, /metres.src, line 1: 1 is not the wavelength/],
  [`${small} -sourcefile below.src -semantics physical`, /below.src: source 2 has the weight -1/],
  [`${small} -sourcefile dark.src -semantics physical`, /dark.src: all weights are 0/],
  // outputs
  [`${small} -floatfile none/x.bin`, /cannot write .*none\/x.bin: its folder does not exist/],
  [`${small} -floatfile same.bin -intfile same.bin`, /is to be written to the same file/],
  [`${small} -floatfile same.bin -intfile ./same.bin`, /is to be written to the same file/],
  [`${small} -floatfile .`, /it is a folder/],
  [`${cell} -hkl good.hkl -intfile good.hkl`, /good.hkl is read and would be overwritten/],
  [`${cell} -hkl good.hkl -intfile ./good.hkl`, /good.hkl is read and would be overwritten/],
  // the other commands
  ["convert good.hkl", /convert needs two files, IN and OUT, and got 1/],
  ["convert good.hkl x.unknown", /what x.unknown holds does not follow from its name; give it with --to/],
  ["convert good.hkl picture.png", /reflections are written as hkl or fdump, not as png/],
  ["convert good.hkl x.mtz", /reflections are written as hkl or fdump, not as mtz/],
  ["convert tiny.img Fdump.bin", /an image is written as cbf, smv, float, pgm or png, not as fdump/],
  ["convert picture.png floatimage.bin", /an image is read from cbf, smv, hdf5, tiff, pgm, float, not from png/],
  ["convert none.hkl Fdump.bin", /cannot read/],
  ["convert words.hkl Fdump.bin", /words.hkl, line 2/],
  ["convert bad.bin picture.png", /no square of float32 pixels; give its size with --size/],
  ["convert bad.bin picture.png --size 3 5", /3 x 5 pixels of float32 need 60/],
  ["convert bad.bin picture.png --from xml", /--from is "xml"; it can be hkl or/],
  ["convert tiny.img picture.png --sclae 2", /did you mean -scale/],
  ["compare tiny.img", /compare needs two images, A and B, and got 1/],
  ["compare tiny.img black.img none.img", /compare needs two images, A and B, and got 3/],
  ["compare tiny.img text.img --png picture.png", /text.img is not an SMV image/],
  ["compare tiny.img good.hkl", /an image is read from cbf, smv, hdf5, tiff, pgm, float, not from hkl/],
  ["compare tiny.img words.img --png picture.png", /tiny.img has 2 x 2 pixels and words.img has 1 x 1 pixels/],
];

for (const [line, sentence] of refusals) {
  test(`one sentence refuses: ${line}`, async () => {
    await withBench(files, async (bench) => {
      const before = await bench.contents();
      const { code, stdout, stderr } = await bench.run(line);
      assert.match(stderr, sentence);
      assert.match(stderr, /^braggtape: [^\n]+\n$/);
      assert.is(code, 2);
      assert.is(stdout, "");
      assert.equal(await bench.contents(), before);
    });
  });
}

test("the table of refusals is long enough, and every line stands in it once", () => {
  assert.ok(refusals.length >= 60);
  assert.is(new Set(refusals.map(([line]) => line)).size, refusals.length);
});

test.run();
