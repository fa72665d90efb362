import { gzipSync } from "node:zlib";
import { writeFileAtomically } from "../io/files.js";
import { application, selfContainedPage, servedPage } from "../view/document.js";
import { pack } from "../view/given.js";
import { bufferName } from "../view/page-data.js";
import { style } from "../view/style.js";
import type { Environment } from "./environment.js";
import { describeFlags } from "./help.js";
import { fromFolder } from "./input-files.js";
import { parseFlags } from "./parse-flags.js";
import { referenceReading } from "./reference-reading.js";
import { openInBrowser } from "./view/browser.js";
import { shownFlags, viewFlags } from "./view/flags.js";
import { pageGiven } from "./view/given.js";
import { pageProgram, sha256 } from "./view/page-program.js";
import { servePage, type ServedFile } from "./view/server.js";

const intro = `braggtape view [IMAGE ...]: look at images, at a model beside one, or at a simulated detector, in a browser

  braggtape view still.img
  braggtape view still.img -hkl P1.hkl -cell 34.77 39.17 48.31 90 90 90 -misset 10 20 30 -N 8 -distance 120 -fluence 1e26
  braggtape view still.cbf.gz indexed.expt
  braggtape view

A model file of DIALS, XDS, CrystFEL or MOSFLM, or the options of refine and simulate, say what the model is. The page is served on this
machine alone, until Ctrl-C; its address holds a secret, and nothing is asked from elsewhere.
`;

/**
 * Shows images and models in a page.
 * @throws InputError in one sentence, before anything is served or written
 */
export async function runView(argv: readonly string[], environment: Environment): Promise<void> {
  const given = parseFlags(argv, viewFlags, referenceReading);
  if (given.has("help")) return void environment.stdout(`${intro}\n${describeFlags(shownFlags)}`);
  const page = await pageGiven(given, environment.cwd, environment.seconds());
  for (const warning of page.warnings) environment.stderr(`warning: ${warning}\n`);
  const packed = pack(page);
  const title = `${page.title}: braggtape`;
  const out = given.word("out");
  if (out !== undefined) {
    const html = selfContainedPage(title, application, packed, await pageProgram("page.js"), sha256, gzipSync);
    return writeFileAtomically(fromFolder(environment.cwd, out), new TextEncoder().encode(html));
  }
  const files = new Map<string, ServedFile>([
    ["", { type: "text/html; charset=utf-8", content: servedPage(title, packed) }],
    ["page.css", { type: "text/css; charset=utf-8", content: style }],
    ["page.js", { type: "text/javascript; charset=utf-8", content: await pageProgram("page.js") }],
    ["web-worker.js", { type: "text/javascript; charset=utf-8", content: await pageProgram("web-worker.js") }],
    ...packed.buffers.map((buffer, index) => [bufferName(index), { type: "application/octet-stream", content: buffer }] as const),
  ]);
  const server = await servePage(files);
  environment.stdout(`${server.address}\n`);
  const isOpened = !given.has("noopen") && openInBrowser(server.address);
  environment.stderr(`${isOpened ? "opened in the browser" : "open this address in a browser on this machine"}; Ctrl-C ends it\n`);
  await interruption();
  await server.close();
}

async function interruption(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}
