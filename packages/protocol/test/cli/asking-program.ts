// A program that asks for a line, and prints what it got as JSON.
import { ask } from "../../src/cli/ask.ts";

process.stdout.write(`${JSON.stringify((await ask("Invite")) ?? null)}\n`);
