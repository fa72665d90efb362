import { createHash } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { md5Base64 } from "../../src/io/md5.js";

test("the digests are those of RFC 1321", () => {
  const hex = (text: string): string => Buffer.from(md5Base64(new TextEncoder().encode(text)), "base64").toString("hex");
  assert.is(hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  assert.is(hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
  assert.is(hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890"), "57edf4a22be3c955ac49da2e2107b67a");
});

test("every length about a block's end is padded as it should be", () => {
  for (let length = 50; length < 140; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => 7 * i + length);
    assert.is(md5Base64(bytes), createHash("md5").update(bytes).digest("base64"));
  }
});

test.run();
