/** The page in a real browser. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Workbench } from "../cli/workbench.js";
import { xparm } from "../io/geometry/small-models.js";
import { closeChromium, hasChromium, openPage } from "./chromium.js";
import { view } from "./serve.js";

/** A folder that takes pictures of what the tests see; none unless the environment names one, since drawing them takes seconds. */
const screenshots = process.env.SCREENSHOTS;
const windows = [
  { width: 1400, height: 900, colorScheme: "light" },
  { width: 1400, height: 900, colorScheme: "dark" },
  { width: 400, height: 800, colorScheme: "light" },
  { width: 400, height: 800, colorScheme: "dark" },
] as const;

interface Told {
  readonly parameters: Readonly<Record<string, { readonly value: number; readonly esd: number }>>;
}

/** What the line below the image says, by name. */
async function readout(page: Page): Promise<Readonly<Record<string, string>>> {
  const facts = await page.locator("#readout span").allTextContents();
  return Object.fromEntries(facts.map((fact) => [fact.split(" ")[0], fact]));
}

async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector(".stage canvas")?.getAttribute("width") !== null && document.querySelectorAll(".bar button").length > 0);
}

/** Gives a page's window another size and another scheme of colours. */
async function show(page: Page, { width, height, colorScheme }: { readonly width: number; readonly height: number; readonly colorScheme: "light" | "dark" }): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme });
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  if (screenshots !== undefined) await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage });
}

async function assertLegible(page: Page, width: number): Promise<void> {
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, "the page is wider than the window");
  assert.equal(await page.evaluate(namelessControls), []);
  assert.equal(await page.evaluate(faintTexts), []);
}

if (hasChromium()) {
  const truth = "-default_F 100 -lambda 1 -oversample 1 -pixel 1 -cell 20.1 24.2 28.3 90 90 90 -misset 10 20 30 -N 5 -distance 80 -fluence 3e27 -detpixels 64";
  const bench = await Workbench.make();
  const made = await bench.run(`simulate ${truth} -adc 0 -seed 1 -noisefile one.img -nopgm`);
  assert.is(made.code, 0, made.stderr);
  const start = "-default_F 100 -lambda 1 -oversample 1 -pixel 1 -cell 20.15 24.2 28.2 90 90 90 -misset 10.2 19.8 30.1 -N 5 -distance 80.2 -fluence 1e27";
  const served = await view(`one.img ${start}`, bench.folder);
  const told = await bench.run(`refine one.img ${start} --json --noprogress -threads 1`);
  assert.is(told.code, 0, told.stderr);
  const byCommand: Told = JSON.parse(told.stdout);
  const inFile = (name: string): string => pathToFileURL(`${bench.folder}/${name}`).href;
  const live = await bench.run("view --out live.html");
  assert.is(live.code, 0, live.stderr);
  // A page takes seconds to load, so that tests share one: that of the image, and that of the live detector.
  const [still, detector] = [await openPage(), await openPage()];
  await Promise.all([still.page.goto(served.address), detector.page.goto(inFile("live.html"))]);

  test("an image is served, zooms, and says the value under the pointer", async () => {
    const { page, troubles } = still;
    await ready(page);
    const box = await page.locator(".stage").boundingBox();
    if (!box) throw new Error("the image has no box");
    const shown = async (): Promise<number> => Number((await page.locator("#readout").textContent())?.match(/fast (\d+)/)?.[1]);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    assert.is(await shown(), 32);
    const { parseSmv } = await import("../../src/io/smv.js");
    const { image } = parseSmv(await bench.read("one.img"), "one.img");
    assert.match((await readout(page)).measured ?? "", new RegExp(` ${image.get(32, 32)}$`));
    // Half of the window's height is 32 pixels before, and 16 after twice the zoom.
    await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.move(box.x + box.width / 2, box.y + 4);
    assert.match((await page.locator("#readout").textContent()) ?? "", /slow 16/);
    await page.keyboard.press("Tab");
    await page.locator(".stage").focus();
    await page.keyboard.press("0");
    await page.mouse.move(box.x + box.width / 2, box.y + 4);
    assert.match((await page.locator("#readout").textContent()) ?? "", /slow 0/);
    assert.equal(troubles, []);
  });

  test("the keyboard reaches the image and every control, in the order in which they are read", async () => {
    const { page } = still;
    await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
    await page.mouse.click(2, 2);
    const order: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      order.push(await page.evaluate(() => document.activeElement?.className || document.activeElement?.textContent || document.activeElement?.tagName || ""));
    }
    const firstOf = (name: string): number => order.findIndex((entry) => entry.includes(name));
    assert.ok(firstOf("Open file") >= 0 && firstOf("Open file") < firstOf("measured"));
    assert.ok(firstOf("measured") < firstOf("stage") && firstOf("stage") < firstOf("Model"), order.join(" | "));
  });

  for (const { width, height, colorScheme } of windows) {
    test(`at ${width} pixels, ${colorScheme}: nothing overflows, every control has a name, and all text can be read`, async () => {
      for (const [name, { page, troubles }] of [["still", still], ["live", detector]] as const) {
        await show(page, { width, height, colorScheme });
        await ready(page);
        await page.locator("summary").evaluateAll((all) => all.forEach((summary) => summary.parentElement?.setAttribute("open", "")));
        await assertLegible(page, width);
        await picture(page, `${name}-${width}-${colorScheme}`, width < 800);
        assert.equal(troubles, []);
      }
    });
  }

  test("a page of another origin reads nothing from the server", async () => {
    const { page } = await openPage();
    await page.goto("data:text/html,<title>hostile</title>");
    const answer = await page.evaluate(async (address) => fetch(address).then((response) => response.text(), (error: unknown) => String(error)), served.address);
    assert.match(answer, /Failed to fetch/);
    const frame = await page.evaluate((address) => {
      const made = document.createElement("iframe");
      made.src = address;
      document.body.append(made);
      return new Promise<string>((resolve) => {
        made.onload = () => {
          try {
            resolve(made.contentDocument?.body.textContent ?? "nothing");
          } catch (error) {
            resolve(String(error));
          }
        };
      });
    }, served.address);
    assert.not.match(frame, /measured/);
    await page.context().close();
  });

  test("the live detector follows its controls, and its address makes the same page again", async () => {
    const { page, troubles } = detector;
    await show(page, windows[0]);
    await ready(page);
    const pixels = (from: Page): Promise<string> => from.evaluate(() => document.querySelector("canvas")?.toDataURL() ?? "");
    await page.waitForFunction(() => document.body.innerText.includes("model in"));
    const before = await pixels(page);
    await page.getByLabel("about Z", { exact: true }).fill("31");
    await page.getByLabel("about Z", { exact: true }).press("Enter");
    await page.waitForFunction(() => location.hash.includes("misset_z=31"));
    const after = await pixels(page);
    assert.is.not(after, before);
    const { page: other } = await openPage();
    await other.goto(page.url());
    await ready(other);
    await other.waitForFunction(() => document.body.innerText.includes("model in"));
    await other.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    // The brightness is found from the first image of a page, and these two differ in it.
    for (const seen of [page, other]) await seen.getByRole("button", { name: "From the image" }).click();
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    assert.is(await pixels(other), await pixels(page));
    // A model file and its image, dropped together.
    const model = xparm.replace("400       300 ", "64 64 ").replace("200.500000     100.500000", "32.5 32.5").replace("1         1       400         1       300", "1 1 64 1 64");
    await bench.put({ "XPARM.XDS": model.replace("0.172000    0.172000", "1.0 1.0") });
    await other.locator("input[type=file]").setInputFiles([`${bench.folder}/XPARM.XDS`, `${bench.folder}/one.img`]);
    await other.getByText("Who said what").click();
    assert.match(await other.getByRole("row", { name: "wavelength" }).innerText(), /0\.97625 Å\s+XPARM\.XDS/);
    assert.match((await other.locator(".warning").allTextContents()).join("\n"), /the wavelength is 0\.97625 A \(XPARM\.XDS\) and 1 A \(one\.img\)/);
    await other.waitForFunction(() => document.querySelectorAll(".bar button").length > 0 && document.body.innerText.includes("residual"));
    assert.equal(troubles, []);
    await other.context().close();
    await page.context().close();
  });

  test("where the policy of the page forbids WebAssembly, it interprets, and shows the same model", async () => {
    const { page: strict } = await openPage();
    await strict.route(served.address, async (route) => {
      const response = await route.fetch();
      const policy = response.headers()["content-security-policy"].replace(" 'wasm-unsafe-eval'", "");
      await route.fulfill({ response, headers: { ...response.headers(), "content-security-policy": policy } });
    });
    await strict.goto(served.address);
    const readings: string[] = [];
    for (const page of [still.page, strict]) {
      await show(page, windows[0]);
      await ready(page);
      await page.waitForFunction(() => document.body.innerText.includes("model in"), undefined, { timeout: 120_000 });
      await page.locator(".stage").focus();
      await page.keyboard.press("0");
      await page.keyboard.press("+");
      readings.push((await page.locator("#readout").textContent()) ?? "");
    }
    assert.match(readings[0], /model \d/);
    assert.is(readings[1], readings[0]);
    await strict.context().close();
  });

  /** Presses the button, waits for the end, and compares with what the command has found. */
  async function refineIn(page: Page): Promise<void> {
    await page.getByRole("button", { name: "Refine", exact: true }).click();
    await page.waitForFunction(() => /onverged:/.test(document.body.innerText), undefined, { timeout: 120_000 });
    const found = await page.locator("[data-value]").evaluateAll((rows) => rows.map((row) => [row.getAttribute("data-name") ?? "", Number(row.getAttribute("data-value")), Number(row.getAttribute("data-esd"))] as const));
    assert.equal(found.map(([name]) => name), Object.keys(byCommand.parameters));
    for (const [name, value, esd] of found) {
      const other = byCommand.parameters[name];
      // Engines differ in the last bit of sines and logarithms, and in whether they round between a product and a sum.
      assert.ok(Math.abs(value - other.value) < 1e-9 * other.esd, `${name} is ${value} here and ${other.value} there`);
      assert.ok(Math.abs(esd / other.esd - 1) < 1e-9);
    }
  }

  test("a refinement in the page, in threads of shared memory, finds what the command finds, and is undone", async () => {
    const { page, troubles } = still;
    await show(page, windows[0]);
    await ready(page);
    assert.ok(await page.evaluate(() => crossOriginIsolated));
    await refineIn(page);
    const [args] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "refined.args" }).click()]);
    assert.is(args.suggestedFilename(), "refined.args");
    await args.saveAs(`${bench.folder}/refined.args`);
    const back = await bench.run("simulate @refined.args -nonoise -nopgm -floatfile back.bin");
    assert.is(back.code, 0, back.stderr);
    const edge = page.getByLabel("a", { exact: true });
    assert.ok(Math.abs(Number(await edge.inputValue()) - byCommand.parameters.a.value) < 1e-6);
    await picture(page, "refined-1400-light");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForFunction(() => document.body.innerText.includes("Undone"));
    assert.is(await edge.inputValue(), "20.15");
    assert.equal(troubles, []);
    await page.context().close();
  });

  test("a page in one file refines without shared memory, and finds the same", async () => {
    const { code, stderr } = await bench.run(`view one.img ${start} --out still.html`);
    assert.is(code, 0, stderr);
    const { page, troubles } = await openPage();
    await page.goto(inFile("still.html"));
    await ready(page);
    assert.not(await page.evaluate(() => crossOriginIsolated));
    await refineIn(page);
    assert.equal(troubles, []);
    await page.context().close();
  });

  test("the report of the command opens from its file, shows pixels under the pointer and all digits of its parameters", async () => {
    const { page, troubles } = await openPage();
    await page.goto(inFile("refined/index.html"));
    await ready(page);
    const [table] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
    await table.saveAs(`${bench.folder}/parameters.csv`);
    const [, first] = new TextDecoder().decode(await bench.read("parameters.csv")).split("\n");
    const { value, esd } = byCommand.parameters.a;
    assert.is(first, `a,20.15,${value},${esd},A`);
    await page.getByRole("button", { name: "residual" }).click();
    await page.locator(".stage").focus();
    await page.keyboard.press("+");
    assert.match((await page.locator("#readout").textContent()) ?? "", /measured \d+.*residual −?\d/);
    for (const window of [windows[0], windows[3]]) {
      await show(page, window);
      await assertLegible(page, window.width);
      await picture(page, `report-${window.width}-${window.colorScheme}`, true);
    }
    assert.equal(troubles, []);
    await page.context().close();
  });

  test.after(async () => {
    await closeChromium();
    await served.close();
    await bench.remove();
  });
} else test("the page's tests are skipped, since there is no browser", () => undefined);

/** Controls without a name for those who do not see them. */
function namelessControls(): string[] {
  return [...document.querySelectorAll<HTMLElement>("button, input, select, summary, [tabindex]")]
    .filter((control) => control.offsetParent !== null && control.getAttribute("aria-hidden") !== "true")
    .filter((control) => {
      const labels = control instanceof HTMLInputElement || control instanceof HTMLSelectElement ? [...(control.labels ?? [])].map((label) => label.textContent).join("") : control.textContent;
      return !(control.getAttribute("aria-label") || labels?.trim());
    })
    .map((control) => control.outerHTML);
}

/** Texts whose contrast to their ground is below what WCAG asks for. */
function faintTexts(): string[] {
  const numbersOf = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour: string): number => {
    const [red, green, blue] = numbersOf(colour).map((channel) => (channel / 255 <= 0.04045 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundOf = (element: Element | null): string => {
    if (!element) return "rgb(255, 255, 255)";
    const { backgroundColor } = getComputedStyle(element);
    return numbersOf(backgroundColor)[3] === 0 ? groundOf(element.parentElement) : backgroundColor;
  };
  return [...document.querySelectorAll<HTMLElement>("body *")]
    .filter((element) => element.offsetParent !== null && [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()))
    .filter((element) => !(element instanceof HTMLButtonElement && element.disabled))
    .flatMap((element) => {
      const [ink, ground] = [luminance(getComputedStyle(element).color), luminance(groundOf(element))];
      const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
      return ratio < 4.5 ? [`${element.tagName} ${element.textContent?.slice(0, 30)}: ${ratio.toFixed(2)}`] : [];
    });
}

test.run();
