// A process that is asked whether native libraries load: its answer.

import { answerProcess } from "./ask-process.ts";

/**
 * In the process that was asked: loads each library, answers by its name with its `version`, or with the `error` why it does not load, and ends.
 * @param libraries what loads each, and gives its version
 */
export async function answerLibraries(libraries: Readonly<Record<string, () => Promise<string>>>): Promise<never> {
  const answers: Record<string, { readonly version: string } | { readonly error: string }> = {};
  for (const [name, load] of Object.entries(libraries)) {
    try {
      answers[name] = { version: await load() };
    } catch (error) {
      answers[name] = { error: error instanceof Error ? error.message : String(error) };
    }
  }
  return answerProcess(answers);
}
