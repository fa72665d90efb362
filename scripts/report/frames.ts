/** Frames a second of the page, in Chromium without a graphics card. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { runCommand } from "../../src/cli/command.js";
import { closeChromium, hasChromium, openPage } from "../../tests/browser/chromium.js";
import { view } from "../../tests/browser/serve.js";
import { digits } from "../../bench/markdown.js";

const edges = [256, 512, 1024];
const crystals = [
  ["one domain", "-N 8"],
  ["closed form", "-N 20 -spots closed -eta 0.3"],
] as const;
/** Of one domain, and of spots in closed form. */
const livePresets = ["first light", "mosaicity"];
const milliseconds = 3000;

/** Rows of what moves, its pixels, the threads, and frames a second; none where there is no browser. */
export async function frameRows(): Promise<string[][]> {
  if (!hasChromium()) return [];
  const folder = await mkdtemp(join(tmpdir(), "braggtape-frames-"));
  const rows: string[][] = [];
  try {
    await command("view --out live.html", folder);
    for (const preset of livePresets) {
      const address = `${pathToFileURL(`${folder}/live.html`).href}#preset=${encodeURIComponent(preset)}`;
      rows.push([`live detector, ${preset}, float32`, "512 × 512", "1", await framesOf(address, modelFrames)]);
    }
    for (const [name, options] of crystals) {
      for (const edge of edges) {
        const line = `-default_F 100 -lambda 1 -cell 34.85 39.09 48.18 90 90 90 -misset 10 20 30 -distance 120 -fluence 1e26 -oversample 1 -detpixels ${edge} -pixel ${102.4 / edge} ${options}`;
        await command(`view ${line} --out page.html`, folder);
        rows.push([`given model, ${name}, float32`, `${edge} × ${edge}`, "1", await framesOf(pathToFileURL(`${folder}/page.html`).href, modelFrames)]);
        const served = await view(line, folder);
        rows.push([`given model, ${name}, float32`, `${edge} × ${edge}`, "one a core", await framesOf(served.address, modelFrames)]);
        await served.close();
      }
    }
    const side = 4096;
    const pixels = Uint8Array.from({ length: side * side }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 28);
    await writeFile(`${folder}/large.pgm`, Buffer.concat([Buffer.from(`P5\n${side} ${side}\n255\n`), pixels]));
    const served = await view("large.pgm", folder);
    rows.push(["image, moved and zoomed", `${side} × ${side}`, "1", await framesOf(served.address, panFrames)]);
    await served.close();
  } finally {
    await closeChromium();
    await rm(folder, { recursive: true });
  }
  return rows;
}

async function command(line: string, cwd: string): Promise<void> {
  const quiet = (): void => undefined;
  await runCommand(line.split(" "), { cwd, stdout: quiet, stderr: quiet, isTerminal: false, seconds: () => 0 });
}

async function framesOf(address: string, frames: (milliseconds: number) => Promise<number>): Promise<string> {
  const { page } = await openPage();
  await page.goto(address);
  await settled(page);
  const found = await page.evaluate(frames, milliseconds);
  await page.context().close();
  return digits(found);
}

async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelectorAll(".bar button").length > 0);
  await page.waitForTimeout(2000);
}

/** Images of the model a second, while a slider moves in every frame. */
async function modelFrames(milliseconds: number): Promise<number> {
  const slider = document.querySelector<HTMLInputElement>('input[aria-label="about Z, slider"]');
  const status = document.querySelector(".foot .rest");
  if (!slider || !status) return 0;
  let images = 0;
  let isOver = false;
  const observer = new MutationObserver(() => images++);
  const move = (time: number): void => {
    if (isOver) return;
    slider.value = String(30 + Math.sin(time / 300));
    slider.dispatchEvent(new Event("input"));
    requestAnimationFrame(move);
  };
  requestAnimationFrame(move);
  // The first images are slower: the engine has not yet optimized them.
  await new Promise((resolve) => setTimeout(resolve, milliseconds / 2));
  observer.observe(status, { childList: true, characterData: true, subtree: true });
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  isOver = true;
  return (1000 * images) / (performance.now() - began);
}

/** Frames a second while an image is dragged and zoomed. */
async function panFrames(milliseconds: number): Promise<number> {
  const stage = document.querySelector<HTMLElement>(".stage");
  if (!stage) return 0;
  const began = performance.now();
  let frames = 0;
  while (performance.now() - began < milliseconds) {
    const time = performance.now() / 400;
    stage.dispatchEvent(new WheelEvent("wheel", { deltaY: 12 * Math.sin(time), clientX: 400 + 99 * Math.cos(time), clientY: 400, bubbles: true, cancelable: true }));
    await new Promise((resolve) => requestAnimationFrame(resolve));
    frames++;
  }
  return (1000 * frames) / (performance.now() - began);
}
