/** Runs a tape where code may not be made freely, and prints what ran it and its numbers: `restricted.ts RULE EXECUTOR`. */
import { allowedExecutor, prepare } from "../../../src/autodiff/executor.js";
import { add, mul, sum, total } from "../../../src/autodiff/operations.js";
import { pullBack } from "../../../src/autodiff/reverse.js";
import { Tape } from "../../../src/autodiff/tape.js";
import { elementsOf } from "../../arbitraries.js";
import { zeros } from "../../../src/ndarray/ndarray.js";

const [rule, executor] = process.argv.slice(2);
if (executor !== "interpreter" && executor !== "webassembly") throw new Error(`no executor ${executor}`);
if (rule === "no-webassembly") Reflect.deleteProperty(globalThis, "WebAssembly");
if (rule === "forbidden-webassembly") {
  // As a content security policy refuses.
  Reflect.set(WebAssembly, "Module", function refuse() {
    throw new WebAssembly.CompileError("Wasm code generation disallowed by embedder");
  });
}

const tape = new Tape();
const [x, y] = [zeros([8]), zeros([3, 1])];
for (let i = 0; i < 8; i++) x.data[i] = i / 8;
for (let i = 0; i < 3; i++) y.data[i] = 1 - i / 2;
const [a, b] = [tape.input(x), tape.input(y)];
const value = mul(add(mul(a, 3), b), add(b, a));
const gradients = pullBack([total(value)], [tape.constant(1, "float64")], [a, b]).flatMap((gradient) => gradient ?? []);
const program = tape.program([value, sum(value, 0), ...gradients]);
const numbers = prepare(program, executor)([x, y]).map(elementsOf);
process.stdout.write(JSON.stringify({ by: allowedExecutor(executor), numbers }));
