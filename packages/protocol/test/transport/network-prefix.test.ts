import assert from "node:assert/strict";
import { suite } from "uvu";
import { networksOf } from "../../src/transport/network-prefix.ts";

const test = suite("networksOf");

for (const [address, networks] of [
  ["192.0.2.7", ["192.0.2.7"]],
  ["::ffff:192.0.2.7", ["192.0.2.7"]],
  ["::FFFF:192.0.2.7", ["192.0.2.7"]],
  ["2001:db8:a:bcde:1:2:3:4", ["2001:db8:a:bcde::/64", "2001:db8:a:bc00::/56", "2001:db8:a::/48"]],
  ["2001:DB8:A:BCDE::", ["2001:db8:a:bcde::/64", "2001:db8:a:bc00::/56", "2001:db8:a::/48"]],
  ["2001:db8::1", ["2001:db8:0:0::/64", "2001:db8:0:0::/56", "2001:db8:0::/48"]],
  ["::1", ["0:0:0:0::/64", "0:0:0:0::/56", "0:0:0::/48"]],
  ["fe80::1%eth0", ["fe80:0:0:0::/64", "fe80:0:0:0::/56", "fe80:0:0::/48"]],
  ["", [""]],
] as const) {
  test(`of "${address}"`, () => assert.deepEqual(networksOf(address), networks));
}

test.run();
