import assert from "node:assert/strict";
import { suite } from "uvu";
import { listSoundDevices } from "../src/sound-devices.ts";

const test = suite("listSoundDevices");

test("asks the system where no sound server runs", async () => {
  const { microphones, speakers } = await listSoundDevices({});
  for (const { id, name, isDefault } of [...microphones, ...speakers]) {
    assert.ok(typeof id === "string" && typeof name === "string" && typeof isDefault === "boolean");
  }
});

test.run();
