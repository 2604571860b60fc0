// Where things are in the repository.

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const repositoryFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
