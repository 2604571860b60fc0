// Test doubles for the packages' own tests: a clock to move by hand, networks with faults, a voice and a room made of arithmetic.
export { type Cancelled, cancelIn, doubleTalkGainDb, erleDb, levelDbfs, type Span, type TestedCanceller } from "./echo-room.ts";
export { FakeScheduler } from "./fake-scheduler.ts";
export { FaultProxy, type FaultProxyOptions, type Way, type Ways } from "./fault-proxy.ts";
export { noFaults, type WayFaults } from "./fault-way.ts";
export { PYTHON, PythonProgram, type ReportLine } from "./python-program.ts";
export { randomNumbers } from "./random-numbers.ts";
export { SimulatedLink, type SimulatedLinkOptions } from "./simulated-link.ts";
export { loudnessAfterLoop } from "./open-speakers.ts";
export { SimulatedRoom, type SimulatedRoomOptions } from "./simulated-room.ts";
export { speechLike, type SpeechLikeOptions } from "./speech-like.ts";
