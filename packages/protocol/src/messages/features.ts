// A name in the capabilities' list of features. An end that does not know it leaves it be.

/** It shows texts to its user. */
export const chatFeature = "chat";
