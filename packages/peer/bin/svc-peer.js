#!/usr/bin/env node
import { startPlaybackEarly } from "@simple-video-chat/receiver/early-playback";

const argv = process.argv.slice(2);
startPlaybackEarly(argv);
const { main } = await import("../dist/cli.js");
process.exitCode = await main(argv);
