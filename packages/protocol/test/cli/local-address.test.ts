import assert from "node:assert/strict";
import type { NetworkInterfaceInfo } from "node:os";
import { suite } from "uvu";
import { dialableHost, isLoopback } from "../../src/cli/local-address.ts";

const test = suite("local address");

function face(address: string, internal: boolean = false): NetworkInterfaceInfo {
  const common = { address, internal, mac: "00:00:00:00:00:00", cidr: null, netmask: "" };
  return address.includes(":") ? { ...common, family: "IPv6", scopeid: 0 } : { ...common, family: "IPv4" };
}

const lo = [face("127.0.0.1", true), face("::1", true)];

test("gives the address that was named as it is", () => {
  for (const host of ["192.168.1.5", "127.0.0.1", "anna.local", "::1"]) assert.equal(dialableHost(host, { lo }), host);
});

test("gives the first address that others can reach for one that means all, IPv4 first", () => {
  const interfaces = { lo, eth0: [face("fe80::1"), face("2001:db8::7"), face("169.254.3.4"), face("10.0.0.7")], wlan0: [face("10.0.0.8")] };
  assert.equal(dialableHost("0.0.0.0", interfaces), "10.0.0.7");
  assert.equal(dialableHost("::", interfaces), "10.0.0.7");
  assert.equal(dialableHost("0.0.0.0", { lo, eth0: [face("fe80::1"), face("2001:db8::7")] }), "2001:db8::7");
});

test("gives loopback where there is no network", () => {
  assert.equal(dialableHost("0.0.0.0", { lo }), "127.0.0.1");
  assert.equal(dialableHost("0.0.0.0", { lo, eth0: [face("169.254.3.4")] }), "127.0.0.1");
  assert.equal(dialableHost("0.0.0.0", {}), "127.0.0.1");
});

test("knows which listeners only this computer reaches", () => {
  for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"]) assert.equal(isLoopback(host), true, host);
  for (const host of ["0.0.0.0", "::", "192.168.1.1", "example.org", "10.127.0.1"]) assert.equal(isLoopback(host), false, host);
});

test.run();
