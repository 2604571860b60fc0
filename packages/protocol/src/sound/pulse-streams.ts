// A microphone and a speaker of the user's sound server. Both ask for the least delay that the server gives.
import { nowUs } from "../time/clock.ts";
import { type Scheduler, systemScheduler } from "../time/scheduler.ts";
import { BlockCutter } from "./block-cutter.ts";
import { connectPulse, type PulseClient, type PulseClientEvents, type PulseNotice } from "./pulse-client.ts";
import { isMonitor, listMicrophones, listSpeakers } from "./pulse-devices.ts";
import { TagWriter } from "./pulse-tags.ts";
import {
  blockSamples,
  blockUs,
  chooseDevice,
  type MicrophoneEvents,
  type OpenSoundDevice,
  sampleRateHz,
  type SoundDevice,
  type SoundDeviceOptions,
  type SpeakerEvents,
} from "./sound.ts";
import { SteadyClock } from "./steady-clock.ts";

const bytesPerSample = 4;
/** What the server holds of a speaker's sound: one block sounds while the next one is on its way. */
const speakerBlocks = 2;
/** It asks for as little as this: of what it holds it keeps twice as much in the device (measured: 15 ms less delay than with whole blocks). */
const requestBlocks = 0.5;
/** How often the server is asked how late it is, ms. Delays change when other programs begin to play. */
const latencyIntervalMs = 500;
const firstLatencyMs = 100;
/** What a device holds rises and falls with each piece that it hands over. The least of so many looks is what it held when it just had. */
const latencyLooks = 4;
const byDefault = 0xffff_ffff;

/** What opening a device takes. */
export interface OpenPulseOptions extends SoundDeviceOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly scheduler?: Scheduler;
}

/**
 * Opens a microphone.
 * @throws SoundError (rejects)
 */
export async function openPulseMicrophone(options: OpenPulseOptions, events: MicrophoneEvents): Promise<OpenSoundDevice> {
  const { channels = 1 } = options;
  const blockBytes = blockSamples * channels * bytesPerSample;
  const cutter = new BlockCutter(channels);
  const clock = new SteadyClock();
  let latencyUs = 0;
  const looks: number[] = [];
  const { onMoved, onGone } = followed(events, listMicrophones);
  const stream = await openStream(options, {
    onGone,
    // Without any microphone the server goes on with what a speaker plays.
    isWanted: (deviceId) => options.device?.endsWith(".monitor") === true || !isMonitor({ id: deviceId }),
    onMoved: (client, deviceId) => {
      looks.length = 0;
      onMoved(client, deviceId);
    },
    onWanted: () => {},
    onSamples: (_channel, bytes) => {
      const readUs = nowUs();
      cutter.push(bytes, (block, bytesAfter) => {
        const age = blockUs + (bytesAfter / blockBytes) * blockUs + latencyUs;
        events.onBlock(block, clock.next(readUs - age));
      });
    },
  });
  const { client } = stream;
  return stream.use(async () => {
    const sources = await listMicrophones(client);
    // What is played is recorded only by those who ask for it: it would be sent back to whom it came from.
    const devices = options.device === undefined ? sources.filter((source) => !isMonitor(source)) : sources;
    const device = chooseDevice(devices, options.device, "microphone");
    const values = new TagWriter()
      .sampleSpec(sampleRateHz, channels)
      .channelMap(channels)
      .u32(byDefault)
      .string(idToOpen(device, options))
      .u32(byDefault)
      .bool(false)
      .u32(blockBytes)
      // no_remap, no_remix, fix_format, fix_rate, fix_channels, no_move, variable_rate; peak_detect, adjust_latency
      .bool(false, false, false, false, false, false, false, false, true)
      .properties({ "media.name": "Microphone", "media.role": "phone" })
      .u32(byDefault)
      // early_requests, dont_inhibit_auto_suspend, fail_on_suspend
      .bool(true, false, false);
    const channel = (await client.command("createRecord", values)).integer();
    stream.measure(async () => {
      const reply = await client.command("getRecordLatency", new TagWriter().u32(channel).time(nowUs()));
      // What only monitors a speaker hears it before its time.
      const monitoredUs = reply.integer();
      looks.push(reply.integer() - monitoredUs);
      if (looks.length > latencyLooks) looks.shift();
      latencyUs = Math.min(...looks);
    });
    return device.name;
  });
}

/**
 * Opens a speaker.
 * @throws SoundError (rejects)
 */
export async function openPulseSpeaker(options: OpenPulseOptions, events: SpeakerEvents): Promise<OpenSoundDevice> {
  const { channels = 1 } = options;
  const block = new Float32Array(blockSamples * channels);
  const blockBytes = block.byteLength;
  const clock = new SteadyClock();
  let wantedBytes = 0;
  let writtenBytes = 0;
  /** When the byte of this number will be heard. */
  let heard = { byte: 0, atUs: 0 };
  const fill = (channel: number): void => {
    for (; wantedBytes >= blockBytes; wantedBytes -= blockBytes) {
      const measuredUs = heard.atUs + ((writtenBytes - heard.byte) / blockBytes) * blockUs;
      block.fill(0);
      // What is not written yet is not heard before now: where the server ran dry, everything is heard that much later.
      const earliestUs = nowUs();
      events.onBlock(block, clock.next(Math.max(measuredUs, earliestUs), earliestUs));
      client.play(channel, block);
      writtenBytes += blockBytes;
    }
  };
  const stream = await openStream(options, {
    ...followed(events, listSpeakers),
    onSamples: () => {},
    onWanted: (channel, bytes) => {
      wantedBytes += bytes;
      fill(channel);
    },
  });
  const { client } = stream;
  return stream.use(async () => {
    const device = chooseDevice(await listSpeakers(client), options.device, "speaker");
    const values = new TagWriter()
      .sampleSpec(sampleRateHz, channels)
      .channelMap(channels)
      .u32(byDefault)
      .string(idToOpen(device, options))
      .u32(4 * speakerBlocks * blockBytes)
      .bool(false)
      .u32(speakerBlocks * blockBytes)
      .u32(blockBytes)
      .u32(requestBlocks * blockBytes)
      .u32(0)
      .normalVolume(channels)
      // no_remap, no_remix, fix_format, fix_rate, fix_channels, no_move, variable_rate; muted, adjust_latency
      .bool(false, false, false, false, false, false, false, false, true)
      .properties({ "media.name": "Call", "media.role": "phone" })
      // volume_set, early_requests, muted_set, dont_inhibit_auto_suspend, fail_on_suspend
      .bool(false, true, false, false, false);
    const reply = await client.command("createPlayback", values);
    const channel = reply.integer();
    reply.integer();
    heard = { byte: 0, atUs: nowUs() };
    wantedBytes += reply.integer();
    fill(channel);
    stream.measure(async () => {
      const answer = await client.command("getPlaybackLatency", new TagWriter().u32(channel).time(nowUs()));
      const sinkUs = answer.integer();
      const written = answer.skip(4).integer();
      const read = answer.integer();
      heard = { byte: read, atUs: nowUs() + sinkUs };
      // What the server dropped or added is not ours to count again.
      if (Math.abs(written - writtenBytes) > blockBytes) writtenBytes = written;
    });
    return device.name;
  });
}

/** Who wants no certain device gets the default one, and the next one when the user chooses another: the server sees to that. */
function idToOpen(device: SoundDevice, { device: wish }: OpenPulseOptions): string | undefined {
  return wish === undefined && device.isDefault ? undefined : device.id;
}

interface StreamEvents extends Pick<PulseClientEvents, "onSamples" | "onGone"> {
  readonly onWanted: (channel: number, bytes: number) => void;
  /** Whether this device will do in place of one that is gone; default yes. */
  readonly isWanted?: (deviceId: string) => boolean;
  readonly onMoved: (client: PulseClient, deviceId: string) => void;
}

/** What a stream tells its user when its device changes; `list` knows the devices' names. */
function followed(
  { onMoved, onGone }: Pick<MicrophoneEvents, "onMoved" | "onGone">,
  list: (client: PulseClient) => Promise<readonly SoundDevice[]>,
): Pick<StreamEvents, "onMoved" | "onGone"> {
  return {
    onGone,
    onMoved: (client, deviceId) => {
      const tell = (devices: readonly SoundDevice[]): void => onMoved?.(devices.find(({ id }) => id === deviceId)?.name ?? deviceId);
      // A server that is gone meanwhile says so by itself.
      list(client).then(tell, () => {});
    },
  };
}

interface StreamState {
  isOpen: boolean;
  client?: PulseClient;
  /** Does not wait as long for the next measurement; undefined while one is under way. */
  measureSoon?: (() => void) | undefined;
  /** Puts the next measurement off. */
  cancel?: () => void;
}

interface PulseStream {
  readonly client: PulseClient;
  /** Opens what is to be opened; when that fails nothing stays behind. */
  use(open: () => Promise<string>): Promise<OpenSoundDevice>;
  /** Measures again and again how late the server is, as long as the device is open. */
  measure(ask: () => Promise<void>): void;
}

async function openStream(options: OpenPulseOptions, events: StreamEvents): Promise<PulseStream> {
  const { scheduler = systemScheduler, env } = options;
  const state: StreamState = { isOpen: true };
  const end = (): void => {
    state.isOpen = false;
    state.cancel?.();
    state.client?.close();
  };
  const gone = (reason: string): void => {
    end();
    events.onGone(reason);
  };
  const onNotice = (notice: PulseNotice): void => {
    switch (notice.notice) {
      case "wanted":
        events.onWanted(notice.channel, notice.bytes);
        break;
      case "moved":
        if (events.isWanted?.(notice.deviceId) === false) return gone("it was unplugged, and there is no other");
        // Each device has a delay of its own.
        state.measureSoon?.();
        if (state.client !== undefined) events.onMoved(state.client, notice.deviceId);
        break;
      case "gone":
        gone("the device was taken away");
        break;
    }
  };
  const client = await connectPulse({ onSamples: events.onSamples, onNotice, onGone: gone }, env);
  state.client = client;
  const measure = (ask: () => Promise<void>, delayMs = firstLatencyMs): void => {
    if (!state.isOpen) return;
    const again = (): void => measure(ask, latencyIntervalMs);
    const cancel = scheduler.after(delayMs, () => {
      state.measureSoon = undefined;
      // A server that does not say goes on as before.
      void ask().then(again, again);
    });
    state.cancel = cancel;
    state.measureSoon = () => {
      cancel();
      measure(ask);
    };
  };
  return {
    client,
    measure,
    async use(open) {
      try {
        return { name: await open(), close: end };
      } catch (error) {
        end();
        throw error;
      }
    },
  };
}
