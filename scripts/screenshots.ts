/** Draws the README's pictures of the page into reports/page: the live detector, a refinement, and its report. Needs Chromium. */
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { runCommand } from "../src/cli/command.js";
import { closeChromium, hasChromium, openPage } from "../tests/browser/chromium.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = `${root}reports/page/`;
const still =
  "cro_still.img -hkl 1orc_P1.hkl -lambda 1 -pixel 0.4 -cell 34.77 39.17 48.31 90 90 90 " +
  "-misset 10 20 30 -N 8 -distance 120 -fluence 1e26 -oversample 2";

async function command(line: string, cwd: string): Promise<void> {
  const quiet = (): void => undefined;
  const code = await runCommand(line.split(" "), { cwd, stdout: quiet, stderr: quiet, isTerminal: false, seconds: () => 0 });
  if (code !== 0) throw new Error(`braggtape ${line} ended with ${code}`);
}

async function picture(file: string, name: string, colorScheme: "light" | "dark", act: (page: Page) => Promise<void>): Promise<void> {
  const { page } = await openPage({ viewport: { width: 1200, height: 760 }, colorScheme });
  await page.goto(file);
  await act(page);
  await page.screenshot({ path: `${target}${name}.png` });
  await page.context().close();
}

if (hasChromium()) {
  await mkdir(target, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), "braggtape-pictures-"));
  for (const name of ["cro_still.img", "1orc_P1.hkl"]) await copyFile(`${root}scripts/data/${name}`, join(folder, name));
  const address = (name: string): string => pathToFileURL(`${folder}/${name}`).href;
  await command("view --out live.html", folder);
  await command(`view ${still} --out still.html`, folder);
  await command(`refine ${still} --out refined --noprogress`, folder);
  const modelled = (page: Page) => page.waitForFunction(() => document.body.innerText.includes("model in"), undefined, { timeout: 120_000 });
  await picture(`${address("live.html")}#preset=mosaicity`, "live", "dark", async (page) => {
    await modelled(page);
  });
  await picture(address("still.html"), "refinement", "light", async (page) => {
    await modelled(page);
    await page.getByRole("button", { name: "Refine", exact: true }).click();
    await page.waitForFunction(() => /onverged:/.test(document.body.innerText), undefined, { timeout: 300_000 });
    await page.getByRole("button", { name: "measured" }).click();
    await page.getByLabel("predicted spots").check();
    await page.locator(".side").evaluate((side) => side.scrollTo(0, 0));
    await page.waitForTimeout(500);
  });
  await picture(address("refined/index.html"), "report", "light", async (page) => {
    await page.waitForSelector(".boxes canvas");
    await page.waitForTimeout(500);
  });
  await closeChromium();
  await rm(folder, { recursive: true });
}
