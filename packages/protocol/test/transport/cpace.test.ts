// CPace against the test vectors of its draft (draft-irtf-cfrg-cpace-21, appendices A and B.3).
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { suite } from "uvu";
import { beginCpace, cpaceGenerator, cpaceKey, lengthValues } from "../../src/transport/cpace.ts";

const test = suite("CPace");

const input = {
  password: Buffer.from("Password"),
  channel: Buffer.from("0b415f696e69746961746f720b425f726573706f6e646572", "hex"),
  sessionId: Buffer.from("7e4b4791d6a8ef019b936c79fb7f2c57", "hex"),
};
const ya = "da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08";
const yb = "d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d";
const shareA = "d6bac480f2c386c394efc7c47adb9925dcd2630b64f240c50f8d0eec482b9157";
const shareB = "3ea7e0b19560d7c0b0f5734f63b955286dfa8232b5ebe63324e2d9e7433f7258";
const point = "80b69a8a76457ab6a4d7f887a4bf6b55a2f80ac19c333f917a05fc9887c8b40f";
const key =
  "b69effbf61b51d56401c0f65601abe428de8206feaaf0e32198896dcae7b35cd2b38950a39dfd5d4a79164614c2984f7daa460b588c1e80c3fa2068af7900447";

function littleEndian(bytes: string): bigint {
  return BigInt(`0x${Buffer.from(bytes, "hex").reverse().toString("hex")}`);
}

function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString("hex");
}

test("writes lengths as the draft does", () => {
  assert.equal(
    hex(lengthValues(Buffer.from("1234"), Buffer.from("5"), Buffer.alloc(0), Buffer.from("6789"))),
    "04313233340135000436373839",
  );
  assert.equal(hex(lengthValues(Buffer.alloc(127)).subarray(0, 2)), "7f00");
  assert.equal(hex(lengthValues(Buffer.alloc(128)).subarray(0, 3)), "800100");
});

test("derives the generator of the draft", () => {
  assert.equal(hex(cpaceGenerator(input)), "222b6b195fe84b1652badb6f6a3ae3d24341e7306967f0b8115b40d5698c7e56");
});

test("gives the shares, the point and the key of the draft", () => {
  const a = beginCpace(input, littleEndian(ya));
  const b = beginCpace(input, littleEndian(yb));
  assert.deepEqual([hex(a.share), hex(b.share)], [shareA, shareB]);
  assert.deepEqual([hex(a.meet(b.share)), hex(b.meet(a.share))], [point, point]);
  const messages = [
    { share: a.share, associated: Buffer.from("ADa") },
    { share: b.share, associated: Buffer.from("ADb") },
  ] as const;
  assert.equal(hex(cpaceKey(input.sessionId, Buffer.from(point, "hex"), messages)), key);
});

test("multiplies as in the draft's own case", () => {
  const scalar = littleEndian("7cd0e075fa7955ba52c02759a6c90dbbfc10e6d40aea8d283e407d88cf538a05");
  const theirs = Buffer.from("2c3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c", "hex");
  const expected = "7c13645fe790a468f62c39beb7388e541d8405d1ade69d1778c5fe3e7f6b600e";
  assert.equal(hex(beginCpace(input, scalar).meet(theirs)), expected);
});

test("refuses the neutral element and what is no encoded element", () => {
  const half = beginCpace(input);
  // Appendix B.3.11: the first is no element, the second the neutral one.
  for (const share of ["2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c", "00".repeat(32)]) {
    assert.equal(half.meet(Buffer.from(share, "hex")), undefined);
  }
  assert.equal(half.meet(Buffer.alloc(32, 0xff)), undefined);
  assert.equal(half.meet(Buffer.alloc(31)), undefined);
});

test("meets at the same point only with the same password, channel and session", () => {
  const theirs = beginCpace(input);
  function meetsWith(change: Partial<typeof input>): boolean {
    const ours = beginCpace({ ...input, ...change });
    return hex(ours.meet(theirs.share)) === hex(theirs.meet(ours.share));
  }
  assert.ok(meetsWith({}));
  for (const change of [{ password: Buffer.from("password") }, { channel: Buffer.from("another") }, { sessionId: randomBytes(16) }]) {
    assert.ok(!meetsWith(change), Object.keys(change).join());
  }
});

test.run();
