// Options from the environment: --max-fps as SVC_MAX_FPS. Only the options that a program has: a variable meant for another of our
// programs is not an error.

const prefix = "SVC_";

/**
 * The values that the environment gives to `options`, for yargs' `config()`.
 *
 * @param options a table of options by their names
 */
export function optionsFromEnvironment(options: object, env: NodeJS.ProcessEnv = process.env): Record<string, string | boolean> {
  const values: Record<string, string | boolean> = {};
  for (const [name, option] of Object.entries(options) as [string, { readonly type?: string }][]) {
    const value = env[prefix + name.toUpperCase().replaceAll("-", "_")];
    if (value === undefined) continue;
    values[name] = option.type === "boolean" ? !["", "0", "false", "no"].includes(value.toLowerCase()) : value;
  }
  return values;
}
