// @timeout 300
// Programs and engines that are killed, or stopped and continued; half-open connections; a camera that is stuck or gone.
import { test } from "uvu";
import { testRows } from "../../faults/row-tests.ts";

testRows(["peer-killed", "engine-killed", "stopped-receiver", "stopped-sender", "half-open", "camera"]);

test.run();
