// Reads the options out of a program's --help, as yargs prints it, for the comparison with the tables of the documents.

/** One option, as --help tells it. */
export interface HelpOption {
  /** "--max-size", with its short form: "-m, --max-size". */
  readonly names: string;
  readonly describe: string;
  /** As printed; "" when there is none. */
  readonly default: string;
}

/** The options in a help text, in its order, without --help and --version. */
export function optionsOf(help: string): HelpOption[] {
  const [, section = ""] = help.split("\nOptions:\n");
  const [list = ""] = section.split("\n\n");
  // An option begins a line; what is indented deeper goes on with it.
  const entries = list.split(/\n(?= {2,6}(?:-\w, )?--)/);
  return entries.map((entry) => parseOption(entry.replaceAll(/\s+/g, " ").trim())).filter(({ names }) => !/^--(help|version)$/.test(names));
}

function parseOption(entry: string): HelpOption {
  const match = /^((?:-\w, )?--[\w-]+) (.*?) ?\[(?:boolean|string|number|choices: [^\]]*)\](?: \[default: (.*)\])?$/.exec(entry);
  if (match === null) throw new Error(`--help has a line that cannot be read: ${entry}`);
  const [, names = "", describe = "", byDefault = ""] = match;
  return { names, describe, default: byDefault.replaceAll('"', "") };
}

/** The rows of a README's table of options. */
export function optionTable(options: readonly HelpOption[]): string {
  const rows = options.map(({ names, describe, default: byDefault }) => {
    const cells = [names.replaceAll(/-[\w-]+/g, (name) => `\`${name}\``), byDefault === "" ? "" : `\`${byDefault}\``, describe];
    return `| ${cells.join(" | ")} |`.replaceAll(/ +/g, " ");
  });
  return ["| option | default | what it does |", "|---|---|---|", ...rows].join("\n");
}
