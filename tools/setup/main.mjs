#!/usr/bin/env node
// The one program behind `npm start`, `npm test` and `npm run setup`: makes this computer ready, then runs the call or the tests.
// It runs before anything is installed, so this file holds only what an old Node understands: the version check, then the real entry.

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `Simple Video Chat needs Node.js 20.19 or newer, and this is ${process.versions.node} (${process.execPath}).\n` +
      `Install a newer one from https://nodejs.org/ or with your version manager, then run the same command again.\n`,
  );
  process.exitCode = 1;
} else {
  const { main } = await import("./set-up.mjs");
  process.exitCode = await main(process.argv.slice(2));
}
