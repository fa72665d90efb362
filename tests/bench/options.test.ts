import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseOptions } from "../../bench/options.js";
import { subjectNames } from "../../bench/subjects.js";

test("options are read in any order, and what follows an option's values are subjects", () => {
  assert.equal(parseOptions("--sizes 256 512 --repeats 5 --dtype float32 --mode compare --outdir DIR".split(" ")), {
    subjects: [], sizes: [256, 512], repeats: 5, dtypes: ["float32"], mode: "compare", outdir: "DIR",
  });
  assert.equal(parseOptions("--executor interpreter absorption --repeats 1 image".split(" ")), {
    subjects: ["absorption", "image"], repeats: 1, executors: ["interpreter"], mode: "time",
  });
  assert.equal(parseOptions([]), { subjects: [], mode: "time" });
});

const refusals: readonly (readonly [words: string, sentence: RegExp])[] = [
  ["--sizes", /--sizes needs whole numbers of at least 1 behind it, not nothing/],
  ["--sizes 256 large", /--sizes needs .*, not large/],
  ["--repeats 0", /--repeats needs .*, not 0/],
  ["--dtype float16", /--dtype is float16; it can be float64 or float32/],
  ["--executor cuda", /--executor is cuda; it can be webassembly or interpreter/],
  ["--mode", /--mode is given nothing; it can be time or compare/],
  ["--outdir", /--outdir needs the name of a folder/],
  ["--size 256", /--size is not an option/],
];

for (const [words, sentence] of refusals) {
  test(`"${words}" is refused`, () => assert.throws(() => parseOptions(words.split(" ")), sentence));
}

test("absorption, batches of lookups and comparisons are subjects, and tools are none", () => {
  for (const name of ["absorption", "batches", "compare", "image", "tricubic"]) assert.ok(subjectNames.includes(name), name);
  for (const name of ["run", "options", "measure"]) assert.not.ok(subjectNames.includes(name), name);
});

test.run();
