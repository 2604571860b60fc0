// A program that is given whom to call, "-" or "--code", and prints what it makes of that and of stdin.
import { givenTarget, resolveTarget } from "../../src/cli/call-target.ts";

const [target] = process.argv.slice(2);
try {
  if (target === "--code") {
    const { credential } = await resolveTarget("192.0.2.1", { code: true }, undefined);
    process.stdout.write(`${JSON.stringify(credential)}\n`);
  } else process.stdout.write(`${await givenTarget(target)}\n`);
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
