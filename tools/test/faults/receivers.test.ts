// @timeout 300
// Receivers that do not do their part, many of them, floods of connections, sessions that come and go, a sender that is started anew.
import { test } from "uvu";
import { testRows } from "../../faults/row-tests.ts";

testRows(["slow-receivers", "sender-restart", "receivers-8", "receivers-32", "connection-flood", "session-churn"]);

test.run();
