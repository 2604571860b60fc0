// What an end that waits says for the other one to get in, to people and to programs.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { suite } from "uvu";
import { ConsoleOutput } from "../../src/cli/console-output.ts";
import { type InvitationWords, refusalSentence, sayCode, sayCodeBurned, sayInvite, verifySentence } from "../../src/cli/invitation.ts";
import { createSecret, formatInvite } from "../../src/transport/invite.ts";
import { eventsIn } from "./run-words.ts";

const test = suite("invitations");
const words: InvitationWords = { program: "peer", where: "On the other computer run:", use: "is for one call" };
const invite = formatInvite({ host: "192.0.2.1", port: 7_420, secret: createSecret() });

/** What is said to people and to programs. */
function said(say: (output: ConsoleOutput) => void): { people: string; programs: string } {
  const [people, programs] = [new PassThrough(), new PassThrough()];
  say(new ConsoleOutput({ json: true, quiet: true, people, programs }));
  return { people: String(people.read() ?? ""), programs: String(programs.read() ?? "") };
}

/** Runs with a terminal of this width and kind in the place of stderr, or none. */
function atTerminal<Result>(columns: number | undefined, run: () => Result, term = "xterm"): Result {
  const { isTTY, columns: before } = process.stderr;
  const { TERM = "" } = process.env;
  Object.assign(process.stderr, { isTTY: columns !== undefined, columns });
  process.env["TERM"] = term;
  try {
    return run();
  } finally {
    Object.assign(process.stderr, { isTTY, columns: before });
    process.env["TERM"] = TERM;
  }
}

test("say the invite even when they are quiet, with the command to type, how long it is good, and for whom", () => {
  const { people, programs } = atTerminal(undefined, () => said((output) => sayInvite(output, invite, words, { qr: true })));
  assert.ok(people.includes(`${invite}\n\nThe invite is for one call, within ten minutes.`));
  assert.match(people, /On the other computer run:\n\n {4}\S.*peer/);
  assert.deepEqual(eventsIn(programs), [{ event: "invite", invite }]);
});

test("show it as a QR code at a terminal that has room, unless it is not wanted or the terminal knows no colours", () => {
  const lines = (columns: number | undefined, qr: boolean, term?: string): number => {
    const people = new PassThrough();
    atTerminal(columns, () => sayInvite(new ConsoleOutput({ json: false, quiet: false, people }), invite, words, { qr }), term);
    return String(people.read()).split("\n").length;
  };
  const without = lines(undefined, true);
  assert.ok(lines(120, true) > without + 10);
  assert.equal(lines(120, false), without);
  assert.equal(lines(20, true), without);
  assert.equal(lines(120, true, "dumb"), without, "it is drawn with escapes");
});

test("say a code with its address, and that it is worth nothing any more, without saying it again", () => {
  const { people, programs } = said((output) => sayCode(output, "7-crossover-clockwork", words, { host: "2001:db8::1", port: 7_421 }));
  assert.match(people, /7-crossover-clockwork@\[2001:db8::1\]:7421\n/);
  assert.match(people, /Three wrong ones, and it is worth nothing/);
  assert.deepEqual(eventsIn(programs), [{ event: "code", code: "7-crossover-clockwork" }]);
  const burned = said(sayCodeBurned);
  assert.match(burned.people, /mistyped, or someone is guessing/);
  assert.deepEqual(eventsIn(burned.programs), [{ event: "code-burned" }]);
});

test("say whom they turned away, and what to compare", () => {
  assert.equal(
    refusalSentence({ remoteAddress: "192.0.2.9", code: "wrong-code" }),
    "Refused 192.0.2.9: a wrong code, mistyped or guessed.",
  );
  assert.equal(refusalSentence({ remoteAddress: "192.0.2.9", code: "blocked" }), "Refused 192.0.2.9: blocked.");
  assert.match(verifySentence("one two three"), /must show "one two three", too/);
});

test.run();
