// The part of @echogarden/rnnoise-wasm that is used here; the package has no types of its own. The functions are those of rnnoise.h.

declare module "@echogarden/rnnoise-wasm" {
  interface RnnoiseModule {
    /** The memory of the WebAssembly; another array after it has grown. */
    readonly HEAPF32: Float32Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
    _rnnoise_create(model: number): number;
    _rnnoise_destroy(state: number): void;
    _rnnoise_process_frame(state: number, output: number, input: number): number;
  }
  export default function load(): Promise<RnnoiseModule>;
}
