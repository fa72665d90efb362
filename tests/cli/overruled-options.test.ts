import { test } from "uvu";
import * as assert from "uvu/assert";
import { simulateFlags } from "../../src/cli/flags.js";
import { overruledOptions } from "../../src/cli/overruled-options.js";
import { parseFlags } from "../../src/cli/parse-flags.js";
import { smv, small, withBench } from "./workbench.js";

const sentences = (line: string): string[] => overruledOptions(parseFlags(line.split(" "), simulateFlags));

test("of options that state the same the last one counts, which is said", () => {
  assert.equal(sentences("-lambda 1 -energy 9000"), ["-lambda is overruled by -energy, which stands behind it"]);
  assert.equal(sentences("-xds -mosflm"), ["-xds is overruled by -mosflm, which stands behind it"]);
  assert.equal(sentences("-random_orientation 3 -misset 1 2 3 -lambda 2"), ["-random_orientation is overruled by -misset, which stands behind it"]);
});

test("an option that another one leaves without effect is named, wherever it stands", () => {
  assert.equal(sentences("-flux 1e12 -fluence 1e20"), ["-fluence has no effect beside -flux"]);
  assert.equal(sentences("-fluence 1e20 -flux 0"), []);
  assert.equal(sentences("-cells 4 5 6 -N 3 -xtal_size 0.1"), ["-N has no effect beside -cells", "-xtal_size has no effect beside -cells"]);
  assert.equal(sentences("-N 3 -sample_x 0.1"), []);
  assert.equal(sentences("-exposure 2 -detector_thicksteps 3"), ["-exposure has no effect without -flux", "-detector_thicksteps has no effect without -detector_thick"]);
});

test("steps that do not make up their range are said to count", () => {
  assert.equal(sentences("-osc 1 -phistep 0.3 -phisteps 2"), ["-phisteps 2 of -phistep 0.3 make 0.6, not -osc 1; the steps count"]);
  assert.equal(sentences("-osc 1 -phistep 0.25 -phisteps 4"), []);
  assert.equal(sentences("-hdivrange 1 -hdivstep 0.25 -hdivsteps 5"), []);
  assert.equal(sentences("-hdivrange 1 -hdivstep 0.25 -hdivsteps 4"), ["-hdivsteps 4 of -hdivstep 0.25 make 0.75, not -hdivrange 1; the steps count"]);
  assert.equal(sentences("-phisteps 3"), ["-phisteps without -osc: the turn is 1 degree, as in nanoBragg"]);
});

test("an option that is given again with another value is said to be", () => {
  const warnings = (line: string): readonly string[] => parseFlags(line.split(" "), simulateFlags).warnings;
  assert.equal(warnings("-distance 100 -distance 110"), ["-distance is given twice; the last one, 110, counts"]);
  assert.equal(warnings("-lambda 1 -wave 2 -lambda 3"), ["-lambda is given 3 times; the last one, 3, counts"]);
  assert.equal(warnings("-distance 100 -distance 100 -block 0 0 0 -block 0.1 0 0"), []);
});

test("sources behind the sample or of other wavelengths, and left-handed axes, are named", () => {
  const matrix = (x: number): string => `${x} 0 0\n0 0.02 0\n0 0 0.03\n`;
  return withBench({ "behind.src": "-10 0 0 1 1e-10\n10 0 0 1 1e-10\n", "long.src": "-10 0 0 1 2e-10\n", "a.mat": matrix(-0.01), "b.mat": matrix(0.01) }, async (bench) => {
    const warningsOf = async (line: string): Promise<string> => (await bench.run(`${line} -nonoise -nopgm -lambda 1`)).stderr;
    const oriented = small.replace(/-cell [^-]*/, "");
    assert.match(await warningsOf(`${small} -sourcefile behind.src`), /behind\.src: source 2 stands behind the sample as the beam sees it/);
    assert.match(await warningsOf(`${small} -sourcefile long.src`), /long\.src: its wavelengths, 2 to 2 A, count, and the beam's 1 A is only that of headers and of -mat/);
    assert.not.match(await warningsOf(`${small} -sourcefile behind.src`), /wavelengths/);
    assert.match(await warningsOf(`${oriented} -mat a.mat`), /-mat: the axes of the unit cell are left-handed/);
    assert.not.match(await warningsOf(`${oriented} -mat b.mat`), /left-handed/);
  });
});

test("commands print what they make of contradicting options", () =>
  withBench({ "a.img": smv("SIZE1=1;\nSIZE2=1;\n", [3]) }, async (bench) => {
    for (const [line, sentence] of [
      ["convert a.img b.bin --from smv --from tiff", /--from is given twice/],
      ["convert a.img b.img --scale 1 --scale 2", /warning: --scale is given twice; the last one, 2, counts/],
      ["compare a.img a.img --by rms --by sum", /warning: --by is given twice; the last one, sum, counts/],
      [`${small} -nonoise -nopgm -lambda 1 -energy 9000`, /warning: -lambda is overruled by -energy/],
      [`${small} -nonoise -nopgm -ORGX 3`, /warning: -ORGX has no effect: the convention MOSFLM counts where the beam strikes/],
      [`${small} -nonoise -nopgm -scale 1e9`, /warning: intimage\.img: the brightest pixel has .* counts, and 16 bits hold 65535, at which it is cut/],
    ] as const) assert.match((await bench.run(line)).stderr, sentence);
    assert.equal((await bench.run("compare a.img a.img -roi 0 0 0 0 -roi 0 0 0 0")).stderr, "");
    for (const line of ["-xds -ORGX 3", "-pivot sample -ORGX 3"]) assert.not.match((await bench.run(`${small} -nonoise -nopgm ${line}`)).stderr, /ORGX/);
  }));

test.run();
