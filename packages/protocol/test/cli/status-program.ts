// A program with a status line, and with "typing" as its argument also a line that is typed, until it is ended. A signal makes it say more.
import { ConsoleOutput } from "../../src/cli/console-output.ts";

const output = new ConsoleOutput({ json: false, quiet: false });
// As many lines as fill a small terminal: the status is at its bottom then, as it is in use.
for (let line = 1; line <= 12; line++) output.say(`Sentence ${line}.`);
output.status("wide 日本語 status ".padEnd(75, "."), "narrow status ".padEnd(35, "."), "narrowest");
if (process.argv[2] === "typing") output.typing("this is a message that is being typed right now, and long");
process.on("SIGUSR2", () => output.say("Said later."));
process.once("SIGTERM", () => {
  output.end();
  process.exit(0);
});
setInterval(() => {}, 1_000);
