// Entry point "@simple-video-chat/protocol/engine": running engine processes, and being one.

export { AudioEngine, audioEngineOf, type AudioEngineOptions, type SoundTrouble, type StartAudioEngine } from "./audio-engine.ts";
export { answerLibraries } from "./library-probe.ts";
export { audioConfinement, type Confinement, networkOfDisplay } from "./confinement.ts";
export { answerProcess, askProcess } from "./ask-process.ts";
export { describeDeath, EngineHost, type EngineDeath, type EngineHostOptions } from "./engine-host.ts";
export { EnginePipe, type EnginePipeEvents } from "./engine-pipe.ts";
export {
  FilterError,
  type FilterErrorCode,
  type FilterContext,
  type FilterPlace,
  FilterRunner,
  type FilterSink,
  type FilterTroubleCode,
  type FrameFilter,
  type FrameMeta,
} from "./frame-filter.ts";
export { leaveSignalsToParent, openEnginePort } from "./engine-port.ts";
export { askForPriority } from "./priority.ts";
export { quietly } from "./quiet-import.ts";
export { isScreenReachable, x11Addresses } from "./screen.ts";
export { audioTrack, selfViewTrack, videoTrack } from "./tracks.ts";
export { WindowKeys } from "./window-keys.ts";
export { keepWindowAbove } from "./x11/window-above.ts";
export { chooseWindow, listWindows, type XWindow } from "./x11/x-windows.ts";
