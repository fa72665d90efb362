import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("a run with options writes its table and the same as data, with versions and the commit", () => {
  const folder = mkdtempSync(join(tmpdir(), "braggtape-bench-"));
  try {
    const words = ["bench/run.ts", "--sizes", "16", "24", "--repeats", "2", "--dtype", "float32", "--mode", "compare", "--outdir", folder];
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", join(root, "node_modules/tsx/dist/loader.mjs"), ...words], { cwd: root, encoding: "utf8" });
    assert.is(status, 0, stderr);
    const { options, rows, versions, commit } = JSON.parse(readFileSync(join(folder, "bench.json"), "utf8"));
    assert.equal(options.sizes, [16, 24]);
    assert.is(rows.length, 8, "two sizes, two lookups, two executors");
    for (const row of rows) assert.ok(row.runs === 2 && row.nsPerItem > 0 && row.name.includes("float32"), JSON.stringify(row));
    assert.is(versions.node, process.versions.node);
    assert.match(commit, /^([0-9a-f]+\+?|unknown)$/);
    const page = readFileSync(join(folder, "bench.md"), "utf8");
    for (const { name } of rows) assert.ok(page.includes(`| ${name} |`) && stdout.includes(name), name);
    assert.match(rows[1].remark, /times as fast, differs by \d\.\de-\d+ of the maximum/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
