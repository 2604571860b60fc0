// @timeout 300
// Texts to a program over a network that cuts and stalls, and a wall clock that jumps.
import { test } from "uvu";
import { testRows } from "../../faults/row-tests.ts";

testRows(["texts-cuts", "texts-outage", "wall-clock"]);

test.run();
