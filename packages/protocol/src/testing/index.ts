// Test doubles for the packages' own tests: a clock to move by hand and a network made of arithmetic.
export { FakeScheduler } from "./fake-scheduler.ts";
export { PYTHON, PythonProgram, type ReportLine } from "./python-program.ts";
export { SimulatedLink, type SimulatedLinkOptions } from "./simulated-link.ts";
