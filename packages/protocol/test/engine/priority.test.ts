// The priority that an audio engine asks for: given to the administrator, and no reason to end where it is refused.
import assert from "node:assert/strict";
import { constants, getPriority, setPriority } from "node:os";
import { suite } from "uvu";
import { askForPriority } from "../../src/engine/priority.ts";

const test = suite("priority");
const isAdministrator = process.geteuid?.() === 0;

test("is left as it is where the system refuses it", () => {
  const before = getPriority();
  if (isAdministrator) process.seteuid?.(65_534);
  try {
    askForPriority();
  } finally {
    if (isAdministrator) process.seteuid?.(0);
  }
  assert.equal(getPriority(), before);
});

test("is raised where the system allows it", () => {
  const before = getPriority();
  askForPriority();
  const after = getPriority();
  assert.equal(after, isAdministrator ? constants.priority.PRIORITY_HIGH : after);
  if (isAdministrator) setPriority(before);
});

test.run();
