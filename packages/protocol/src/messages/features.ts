// Names in the capabilities' list of features: what an end wants besides video and sound. An end that does not know a name leaves it be.

/** It shows texts to its user. */
export const chatFeature = "chat";
/** It takes files, if its user agrees. */
export const filesFeature = "files";
