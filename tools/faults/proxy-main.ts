// `pnpm fault-proxy HOST:PORT`: a network with faults between two programs, by hand. Its options are the faults from the beginning;
// commands on standard input change them.

import { createInterface } from "node:readline";

import { CliError, exitCodes, formatAddress, parseAddress, parseBitrate, parseNumber } from "@simple-video-chat/protocol/cli";
import { FaultProxy, type WayFaults } from "@simple-video-chat/protocol/testing";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";

import { obeyProxyCommand, proxyCommandsHelp } from "./proxy-commands.ts";

const options = {
  listen: { type: "string", default: "127.0.0.1:0", describe: "where to be dialed; port 0 takes a free one" },
  delay: { type: "number", describe: "everything comes later by this, ms" },
  jitter: { type: "number", describe: "and by up to this more, ms; the order is kept" },
  rate: { type: "string", describe: "what passes, bits a second, like 300k or 2M" },
  slice: { type: "number", describe: "passed on in pieces of a random size up to this, bytes" },
  "corrupt-at": { type: "number", describe: "the byte of each connection that is falsified by one bit, from 0" },
  "cut-after": { type: "number", describe: "each connection is cut after so many bytes" },
  way: { choices: ["both", "forth", "back"], default: "both", describe: "which way: from the end that dials (forth), or to it" },
} as const;

async function main(argv: readonly string[]): Promise<void> {
  const args = await yargs([...argv])
    .scriptName("fault-proxy")
    .usage("$0 HOST:PORT\n\nStands before a program that listens there, and does to its connections what networks do.")
    .command("$0 <target>", false, (command) => command.positional("target", { type: "string", demandOption: true }))
    .options(options)
    .strict()
    .version(false)
    .example("$0 127.0.0.1:7420 --listen 127.0.0.1:7421 --delay 50 --rate 2M", "then: pnpm receiver 127.0.0.1:7421 --key-file FILE")
    .epilogue(`Commands on standard input, one a line:\n${proxyCommandsHelp}`)
    .parseAsync();
  const target = parseAddress(String(args.target), { host: "127.0.0.1", port: 7420 });
  const listen = parseAddress(args.listen, { host: "127.0.0.1", port: 0 });
  const faults: { -readonly [name in keyof WayFaults]?: WayFaults[name] } = {};
  if (args.delay !== undefined) faults.delayMs = parseNumber("delay", args.delay, 0, 60_000);
  if (args.jitter !== undefined) faults.jitterMs = parseNumber("jitter", args.jitter, 0, 60_000);
  if (args.rate !== undefined) faults.rateBps = parseBitrate(args.rate);
  if (args.slice !== undefined) faults.sliceBytes = parseNumber("slice", args.slice, 1, 2 ** 40);
  if (args.corruptAt !== undefined) faults.corruptAt = parseNumber("corrupt-at", args.corruptAt, 0, 2 ** 40);
  if (args.cutAfter !== undefined) faults.cutAfterBytes = parseNumber("cut-after", args.cutAfter, 1, 2 ** 40);
  const proxy = await FaultProxy.start({ targetHost: target.host, targetPort: target.port, ...listen });
  proxy.set(faults, args.way);
  process.stdout.write(`Dial ${formatAddress({ host: listen.host, port: proxy.port })} instead of ${formatAddress(target)}.\n`);
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => process.stdout.write(`${obeyProxyCommand(proxy, line)}\n`));
  // Without a terminal (standard input is closed at once) it runs until it is interrupted.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      lines.close();
      proxy.close();
    });
  }
}

try {
  await main(hideBin(process.argv));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = exitCodes.usage;
}
