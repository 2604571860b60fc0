// The types of index.mjs, by hand: it is not compiled.

/** Set-up cannot go on. Its message is complete: it is printed without a stack. */
export declare class SetUpError extends Error {}

/**
 * Finds OpenCV's binding for Node, and sets the environment variables that it reads when it is loaded.
 * @param resolve gives the URL of @u4/opencv4nodejs as the caller's own imports see it, or throws
 * @param cache default the user's cache folder
 * @returns the URL to import
 * @throws SetUpError when it was compiled nowhere
 */
export declare function opencvModule(resolve: () => string, cache?: string): string;

/**
 * Installs the system packages that are missing (after naming them) and compiles OpenCV's binding into the user's cache; cheap when that is
 * done. Says on stderr what it does and how far it is.
 * @returns path of the compiled file
 * @throws SetUpError whose message is for a person
 */
export declare function setUpOpencv(): Promise<string>;
