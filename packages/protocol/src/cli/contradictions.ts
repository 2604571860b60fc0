// Options that contradict each other, and what becomes of them. What a user wants most is what was typed last: of two that contradict each
// other the one from the higher place counts (command line, environment, config file, in this order), as if the other had never been
// given. Two from one place are refused: nobody can know which was meant. Which they are is in contradiction-table.ts.

import type { OptionTable } from "./command.ts";
import type { ProgramName } from "./command-name.ts";
import { type Contradiction, contradictions, type Demand } from "./contradiction-table.ts";
import { CliError, exitCodes } from "./exit-codes.ts";

/** Values of options by their names. */
export type GivenOptions = Readonly<Record<string, unknown>>;

/** What was given to a program, by where. */
export interface OptionPlaces {
  readonly commandLine: GivenOptions;
  readonly environment: GivenOptions;
  readonly file: GivenOptions;
}

/** The highest first. */
const places = ["commandLine", "environment", "file"] as const;
type Place = (typeof places)[number];

const placeNames: Readonly<Record<Place, string>> = {
  commandLine: "on the command line",
  environment: "in the environment",
  file: "in the config file",
};

/**
 * Takes away what is contradicted from a higher place.
 *
 * @param options - of the program: what holds where nothing is given is in it
 * @returns what the environment and the config file still say, together
 * @throws CliError usage for a contradiction within one place, and for one with a "no" that nothing but its own option takes back
 */
export function withoutContradicted(program: ProgramName, options: OptionTable, given: OptionPlaces): Record<string, unknown> {
  const left = { commandLine: { ...given.commandLine }, environment: { ...given.environment }, file: { ...given.file } };
  const ours = contradictions.filter(({ only }) => only === undefined || only === program);
  for (const contradiction of ours) {
    // What is taken away may have hidden the same from a lower place.
    for (let loser = loserOf(contradiction, left, options); loser !== undefined; loser = loserOf(contradiction, left, options))
      delete left[loser.place][loser.option];
  }
  return { ...left.file, ...left.environment };
}

/** Which of the two has to go; undefined when there is nothing wrong. @throws CliError usage when neither may */
function loserOf(
  { one, other, sentence }: Contradiction,
  given: OptionPlaces,
  options: OptionTable,
): { readonly place: Place; readonly option: string } | undefined {
  const made = [one, other].map((demand) => ({ demand, place: placeOf(demand, given, options) }));
  const [higher, lower] = made.toSorted((a, b) => rank(a.place) - rank(b.place));
  if (higher?.place === undefined || lower?.place === undefined || higher.place === "default") return undefined;
  if (lower.place === "default") {
    // A default cannot be taken away: the other one is in vain, which who has just typed it is told.
    if (higher.place === "commandLine") throw new CliError(exitCodes.usage, sentence);
    return { place: higher.place, option: higher.demand.option };
  }
  if (higher.place === lower.place) {
    const where = higher.place === "commandLine" ? "" : ` Both stand ${placeNames[higher.place]}.`;
    throw new CliError(exitCodes.usage, sentence + where);
  }
  if (lower.demand.isFirm === true) {
    const { typed, option } = lower.demand;
    throw new CliError(exitCodes.usage, `${sentence} ${typed} stands ${placeNames[lower.place]}: --${option} takes it back.`);
  }
  return { place: lower.place, option: lower.demand.option };
}

/** From where an option has the value that makes a demand; undefined when none is made. */
function placeOf({ option, isMadeBy }: Demand, given: OptionPlaces, options: OptionTable): Place | "default" | undefined {
  const place = places.find((each) => given[each][option] !== undefined);
  const usual = options[option]?.default;
  if (place === undefined) return isMadeBy(usual, usual) ? "default" : undefined;
  return isMadeBy(given[place][option], usual) ? place : undefined;
}

function rank(place: Place | "default" | undefined): number {
  return place === undefined || place === "default" ? places.length : places.indexOf(place);
}
