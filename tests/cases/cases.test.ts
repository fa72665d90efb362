/** What users' files once broke: each case is a command line, the files that it reads, and the facts that are right. */
import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withBench } from "../cli/workbench.js";

interface Case {
  readonly title: string;
  /** names of files in the folder of inputs */
  readonly inputs?: readonly string[];
  /** files by their texts */
  readonly files?: Readonly<Record<string, string>>;
  readonly line: string;
  /** 0 unless given */
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** patterns, each of which a warning has; without them there is no warning */
  readonly warns?: readonly string[];
  /** the lines of a file that was written */
  readonly wrote?: Readonly<Record<string, readonly string[]>>;
  /** its first lines, the number of its lines, and what stands nowhere in it */
  readonly begins?: Readonly<Record<string, readonly string[]>>;
  readonly count?: Readonly<Record<string, number>>;
  readonly lacks?: Readonly<Record<string, string>>;
}

const here = new URL(".", import.meta.url);

for (const name of readdirSync(here).filter((file) => file.endsWith(".json"))) {
  const facts: Case = JSON.parse(readFileSync(new URL(name, here), "utf8"));
  const inputs = (facts.inputs ?? []).map((input) => [input, new Uint8Array(readFileSync(new URL(`inputs/${input}`, here)))] as const);
  test(facts.title, () =>
    withBench({ ...Object.fromEntries(inputs), ...facts.files }, async (bench) => {
      const { code, stdout, stderr } = await bench.run(facts.line);
      assert.is(code, facts.code ?? 0, stderr);
      assert.match(stdout, new RegExp(facts.stdout ?? ""));
      assert.match(stderr, new RegExp(facts.stderr ?? ""));
      for (const pattern of facts.warns ?? []) assert.match(stderr, new RegExp(`^warning: .*${pattern}`, "m"));
      if (!facts.warns && code === 0 && facts.line.startsWith("convert")) assert.is(stderr, "");
      const lines = async (file: string): Promise<string[]> => new TextDecoder().decode(await bench.read(file)).trimEnd().split("\n");
      for (const [file, expected] of Object.entries(facts.wrote ?? {})) assert.equal(await lines(file), expected);
      for (const [file, expected] of Object.entries(facts.begins ?? {})) assert.equal((await lines(file)).slice(0, expected.length), expected);
      for (const [file, expected] of Object.entries(facts.count ?? {})) assert.is((await lines(file)).length, expected);
      for (const [file, word] of Object.entries(facts.lacks ?? {})) assert.not.match((await lines(file)).join("\n"), word);
    }),
  );
}

test.run();
