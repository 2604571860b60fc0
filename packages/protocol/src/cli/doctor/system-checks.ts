// What every program needs of the system: Node, and a port to listen at.

import { createServer } from "node:net";

import { systemCode } from "../../system-code.ts";
import { dialableHost } from "../local-address.ts";
import type { Check } from "./check.ts";

/** The oldest Node that everything was tried with. */
const oldestNode = [20, 19] as const;
const usualPort = 7420;

/** Whether this Node is new enough. @param version as in process.versions.node */
export function nodeCheck(version: string = process.versions.node): Check {
  return () => {
    const [major = 0, minor = 0] = version.split(".").map(Number);
    const isNewEnough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
    const says = isNewEnough ? version : `${version} is too old`;
    const remedy = { remedy: `Install Node ${oldestNode.join(".")} or newer: https://nodejs.org/` };
    return Promise.resolve([{ what: "Node.js", verdict: isNewEnough ? "ok" : "failed", says, ...(!isNewEnough && remedy) }]);
  };
}

/** Whether the usual port is free, and where others reach this computer. */
export function portCheck(port: number = usualPort): Check {
  return async () => {
    const error = await listenOnce(port);
    const host = dialableHost("0.0.0.0");
    if (error === undefined)
      return [{ what: "port", verdict: "ok", says: `${port} is free; others reach this computer at ${host}:${port}` }];
    const why =
      systemCode(error) === "EADDRINUSE" ? "is used by another program" : `cannot be listened at (${systemCode(error) ?? error.message})`;
    return [{ what: "port", verdict: "warning", says: `${port} ${why}`, remedy: `Take another one: --listen 0.0.0.0:${port + 1}` }];
  };
}

function listenOnce(port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", resolve);
    server.listen({ port, host: "0.0.0.0", exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
