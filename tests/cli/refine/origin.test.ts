import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseFlags } from "../../../src/cli/parse-flags.js";
import { refineFlags } from "../../../src/cli/refine/flags.js";
import { originOf } from "../../../src/cli/refine/origin.js";
import { refineRequest } from "../../../src/cli/refine/request.js";
import { referenceReading } from "../../../src/cli/reference-reading.js";
import { reportHtml } from "../../../src/view/report-html.js";
import { smv, withBench } from "../workbench.js";

const checksum = "b929ce08e3cbea0f8e12afbf2ec111b819b1f5f05575376a92eee90b9e4cf0e3";
const header = "SIZE1=4;\nSIZE2=2;\nPIXEL_SIZE=0.1;\nDISTANCE=80;\nBEAM_CENTER_X=0.05;\nBEAM_CENTER_Y=0.3;\nWAVELENGTH=1.2;\n}";

test("a report says of every number of the start which option, file or default it comes from, and of every file its checksum", () =>
  withBench({ "one.img": smv(header, [1, 2, 3, 4, 5, 6, 7, 8]), "list.hkl": "1 0 0 5\n" }, async ({ folder }) => {
    const line = "-hkl list.hkl -cell 20 30 40 90 90 90 -misset 1 2 3 -N 5 -fluence 3e24 -oversample 1 --refine scale";
    const given = parseFlags(line.split(" "), refineFlags, referenceReading);
    const { facts } = await refineRequest(given, ["one.img"], folder, 0);
    const by = Object.fromEntries(facts.map(({ what, value, from }) => [what, `${value} | ${from}`]));
    assert.equal(
      ["wavelength", "distance along the beam", "cell", "misset", "cells of a domain", "fluence", "polarization", "structure factors"].map((what) => by[what]),
      [
        "1.2 Å | header of one.img",
        "80 mm | header of one.img",
        "20 30 40 Å, 90 90 90° | -cell",
        "1 2 3° | -misset",
        "5 × 5 × 5 | -N",
        "3 × 10²⁴ photons/m² | -fluence",
        "Kahn factor 0 | default",
        "1 reflection | -hkl list.hkl",
      ],
    );
    const origin = await originOf(given, ["one.img"], facts, folder);
    assert.match(origin.provenance[1][1], /^braggtape refine one\.img -hkl list\.hkl -cell 20 30/);
    assert.equal(origin.files.map(({ name, bytes }) => [name, bytes]), [["one.img", 528], ["list.hkl", 8]]);
    // printf '1 0 0 5\n' | sha256sum
    assert.is(origin.files[1].checksum, checksum);
    const html = reportHtml({
      title: "one", isConverged: true, reason: "", steps: 0, seconds: 0, loss: 0, reducedChiSquare: 1, parameters: [], correlations: [], history: [], warnings: [], images: [], ...origin,
    });
    assert.ok(html.includes(`<th scope="row">list.hkl</th><td>8</td><td>${checksum}</td>`));
    assert.ok(html.includes('<th scope="row">wavelength</th><td>1.2 Å</td><td>header of one.img</td>'));
  }));

test.run();
