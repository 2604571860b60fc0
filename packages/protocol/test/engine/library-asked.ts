// A process that is asked for libraries, of which some do not load.
import { answerLibraries } from "../../src/engine/library-probe.ts";

await answerLibraries({
  fine: () => Promise.resolve("1.2"),
  missing: () => Promise.reject(new Error("no such file")),
  // Native code throws whatever it likes.
  odd: () => Promise.reject(7 as unknown as Error),
});
