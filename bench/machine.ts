import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Where and with what something was measured. */
export interface MachineFacts {
  /** all of it in one sentence */
  readonly sentence: string;
  readonly processor: string;
  readonly cores: number;
  readonly versions: Readonly<Record<string, string>>;
  /** of the sources, with a + where they were changed since; "unknown" outside of a repository */
  readonly commit: string;
}

export function machineFacts(): MachineFacts {
  const packages = ["typescript", "tsx", "tinybench"].map((name) => {
    const { version }: { version: string } = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8"));
    return [name, version] as const;
  });
  const own: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const versions = { braggtape: own.version, node: process.versions.node, v8: process.versions.v8, ...Object.fromEntries(packages) };
  const processor = cpus()[0]?.model ?? "unknown processor";
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const hardware = `${processor}, ${availableParallelism()} cores, ${memory}, ${platform()} ${arch()}`;
  const software = packages.map(([name, version]) => `${name} ${version}`).join(", ");
  const commit = commitOfSources();
  return {
    sentence: `${hardware}; Node ${versions.node}, V8 ${versions.v8}; ${software}; commit ${commit}.`,
    processor,
    cores: availableParallelism(),
    versions,
    commit,
  };
}

function commitOfSources(): string {
  const git = (...words: string[]): string => spawnSync("git", words, { cwd: root, encoding: "utf8" }).stdout?.trim() ?? "";
  const commit = git("rev-parse", "--short", "HEAD");
  if (commit === "") return "unknown";
  return git("status", "--porcelain", "--", "src", "bench", "scripts") === "" ? commit : `${commit}+`;
}
