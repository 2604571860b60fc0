// @timeout 300
// Networks that swallow everything for a while, flap, lose packets, or have little room, between two network namespaces.
import { test } from "uvu";
import { testRows } from "../../faults/row-tests.ts";

testRows(["blackhole-3s", "blackhole-10s", "blackhole-forth-10s", "blackhole-back-10s", "flap", "loss-5", "rate-step"], {
  needs: "namespaces",
});

test.run();
