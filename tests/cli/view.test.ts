import { request } from "node:http";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseFlags } from "../../src/cli/parse-flags.js";
import { referenceReading } from "../../src/cli/reference-reading.js";
import { viewFlags } from "../../src/cli/view/flags.js";
import { pageGiven } from "../../src/cli/view/given.js";
import { servePage } from "../../src/cli/view/server.js";
import { geometry, stream, xparm } from "../io/geometry/small-models.js";
import { smv, withBench } from "./workbench.js";

interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function ask(address: string, path: string, headers: Readonly<Record<string, string>> = {}, method = "GET"): Promise<Answer> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => resolve({ code: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

const server = await servePage(new Map([["", { type: "text/html", content: "the page" }], ["data-0", { type: "application/octet-stream", content: new Uint8Array([65]) }]]));
const { pathname, port } = new URL(server.address);

test("the page is there for whoever has its address, on this machine alone", async () => {
  assert.match(server.address, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{20,}\/$/);
  const { code, headers, body } = await ask(server.address, pathname);
  assert.equal([code, body], [200, "the page"]);
  assert.is((await ask(server.address, `${pathname}data-0`)).body, "A");
  assert.match(String(headers["content-security-policy"]), /default-src 'none'.*frame-ancestors 'none'/);
  assert.is(headers["cross-origin-resource-policy"], "same-origin");
  assert.is(headers["access-control-allow-origin"], undefined);
});

test("without the token there is nothing, and no path leads to the disk", async () => {
  const paths = ["/", "/data-0", "/wrong/", `${pathname}../data-0`, `${pathname}../../../../etc/passwd`, `${pathname}%2e%2e/package.json`, `${pathname}package.json`, `${pathname}/etc/passwd`, `${pathname}__proto__`];
  for (const path of paths) assert.is((await ask(server.address, path)).code, 404, path);
});

test("another origin, another host's name, and other methods are refused", async () => {
  for (const [headers, method] of [
    [{ origin: "https://evil.example" }, "GET"],
    [{ origin: "null" }, "GET"],
    [{ "sec-fetch-site": "cross-site" }, "GET"],
    [{ "sec-fetch-site": "same-site" }, "GET"],
    [{ host: `evil.example:${port}` }, "GET"],
    [{ host: "127.0.0.1:1" }, "GET"],
  ] as const) {
    assert.is((await ask(server.address, pathname, headers, method)).code, 403, JSON.stringify(headers));
  }
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) assert.is((await ask(server.address, pathname, {}, method)).code, 405, method);
});

test("one file holds the page, its program and its image, and asks for nothing", () =>
  withBench({ "one.img": smv("SIZE1=4;\nSIZE2=2;\nPIXEL_SIZE=0.1;\nDISTANCE=100;\nWAVELENGTH=1;\n}", [1, 2, 3, 4, 5, 6, 7, 8]) }, async (bench) => {
    const { code, stderr } = await bench.run("view one.img --out page.html");
    assert.is(code, 0, stderr);
    const page = new TextDecoder().decode(await bench.read("page.html"));
    assert.match(page, /connect-src 'none'/);
    assert.match(page, /id="data-0"/);
    assert.not.match(page, /<(script|img|link)[^>]+(src|href)="(?!data:)/);
  }));

test("what belongs to a model is refused where there is none, and nothing is written", () =>
  withBench({ "one.img": smv("SIZE1=4;\nSIZE2=2;\n}", [1, 2, 3, 4, 5, 6, 7, 8]), "text.txt": "hello" }, async (bench) => {
    const refused = async (line: string, message: RegExp): Promise<void> => {
      const { code, stderr } = await bench.run(line);
      assert.is(code, 2);
      assert.match(stderr, message);
    };
    await refused("view one.img -distance 100 --out p.html", /-distance belongs to a model.*-cell/);
    await refused("view text.txt --out p.html", /text\.txt is no image/);
    await refused("view lost.img --out p.html", /no such file/);
    assert.equal(Object.keys(await bench.contents()), ["one.img", "text.txt"]);
  }));

/** XDS's model of a detector of 4 x 2 pixels. */
const smallXparm = xparm.replace("400       300 ", "4 2 ").replace("200.500000     100.500000", "2.5 1.5").replace("1         1       400         1       300", "1 1 4 1 2");
const fourByTwo = smv("SIZE1=4;\nSIZE2=2;\nPIXEL_SIZE=0.172;\nDISTANCE=150;\nWAVELENGTH=0.97625;\n}", [1, 2, 3, 4, 5, 6, 7, 8]);

test("a model file beside an image, in any order, is the model of the image, and options win over it", () =>
  withBench({ "one.img": fourByTwo, "XPARM.XDS": smallXparm }, async ({ folder }) => {
    const shown = async (line: string) => pageGiven(parseFlags(line.split(" "), viewFlags, referenceReading), folder, 0);
    for (const line of ["one.img XPARM.XDS", "XPARM.XDS one.img", "XPARM.XDS --image one.img"]) {
      const { images, experiment, facts = [], refinement } = await shown(`${line} -fluence 3e24`);
      assert.equal(images.map(({ name }) => name), ["one.img"]);
      assert.is(experiment?.beam.wavelengthA, 0.97625);
      assert.ok(refinement);
      const by = new Map(facts.map(({ what, from }) => [what, from]));
      assert.equal(["wavelength", "cell", "distance along the beam", "fluence", "structure factors"].map((what) => by.get(what)), ["XPARM.XDS", "XPARM.XDS", "XPARM.XDS", "-fluence", "-default_F"]);
    }
    const alone = await shown("XPARM.XDS");
    assert.equal(alone.images, []);
    assert.match(alone.warnings.join("\n"), /XPARM\.XDS names no image: the detector is shown/);
    await shown("one.img XPARM.XDS -geometry XPARM.XDS").then(
      () => assert.unreachable(),
      (error: unknown) => assert.match(String(error), /XPARM\.XDS and -geometry are all models; leave all but one/),
    );
  }));

test("a model of several panels is shown on all of them, and one without a crystal gives an image its resolutions alone", () =>
  withBench({ "two.geom": geometry, "run.stream": stream("0.1"), "one.img": smv("SIZE1=40;\nSIZE2=60;\n}", new Array<number>(2400).fill(3)) }, async ({ folder }) => {
    const shown = async (line: string) => pageGiven(parseFlags(line.split(" "), viewFlags, referenceReading), folder, 0);
    const { panels, images, refinement } = await shown("one.img run.stream -default_F 10");
    assert.equal([panels?.panels.length, images[0].panels.map(({ shape }) => shape[0]), refinement], [2, [30, 30], undefined]);
    const bare = await shown("one.img two.geom");
    assert.equal([bare.experiment, bare.images[0].geometry?.panels.length], [undefined, 2]);
    assert.match(bare.warnings.join("\n"), /two\.geom states no crystal/);
  }));

test.after(() => server.close());
test.run();
