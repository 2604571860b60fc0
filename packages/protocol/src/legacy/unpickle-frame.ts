// Reads one pickled picture from bytes that nobody vouches for. A recogniser, not an unpickler: it knows the 26 instructions that a picture
// is made of, five names and four calls (numpy-array.ts), and refuses everything else. It runs nothing, looks nothing up,
// keeps at most 128 values, and copies pixels only for protocol 2, where they are written as text.

import { LegacyError, malformedPickle } from "./legacy-error.ts";
import { buildValue, findGlobal, reduceValue } from "./numpy-array.ts";
import { PickleInput } from "./pickle-input.ts";
import { Opcode } from "./pickle-opcode.ts";
import type { LegacyPayload, PickleValue } from "./pickle-value.ts";

/** Instructions of one pickle: numpy's longest form, protocol 2, has 65; a frame or two more make no difference. Bounds the stack, the memo and the time. */
const MAX_INSTRUCTIONS = 128;

/**
 * The picture in one pickle, or word that the sender's camera failed.
 *
 * @param payload exactly one pickle, protocols 2 to 5, of a C-contiguous uint8 array (height, width, 3) or of None.
 * Not copied: the pixels of the result are a view of it, but for protocol 2.
 * @throws LegacyError for anything else, with the code that says why
 */
export function unpickleFrame(payload: Uint8Array): LegacyPayload {
  const machine = new PickleMachine(new PickleInput(payload));
  return machine.run();
}

class PickleMachine {
  readonly #input: PickleInput;
  readonly #stack: PickleValue[] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(input: PickleInput) {
    this.#input = input;
  }

  run(): LegacyPayload {
    this.#readProtocol();
    for (let count = 0; count < MAX_INSTRUCTIONS; count += 1) {
      const opcode = this.#input.readU8();
      if (opcode === Opcode.Stop) {
        return this.#result();
      }
      if (!this.#readData(opcode) && !this.#combine(opcode)) {
        const name = `0x${opcode.toString(16).padStart(2, "0")}`;
        throw new LegacyError(
          "forbidden-opcode",
          `the pickle contains the instruction ${name} at offset ${this.#input.position - 1}, which no picture needs`,
        );
      }
    }
    throw malformedPickle("it has too many instructions");
  }

  #readProtocol(): void {
    if (this.#input.readU8() !== Opcode.Proto) {
      throw new LegacyError("unsupported-protocol", "the bytes are not a pickle of protocol 2 or later");
    }
    const protocol = this.#input.readU8();
    if (protocol < 2 || protocol > 5) {
      throw new LegacyError("unsupported-protocol", `pickle protocol ${protocol} is not known`);
    }
  }

  /** Instructions that push a value of their own. False when `opcode` is none of them. */
  #readData(opcode: number): boolean {
    const input = this.#input;
    switch (opcode) {
      case Opcode.Mark:
        return this.#push({ kind: "mark" });
      case Opcode.None:
        return this.#push({ kind: "none" });
      case Opcode.NewTrue:
        return this.#push({ kind: "boolean", value: true });
      case Opcode.NewFalse:
        return this.#push({ kind: "boolean", value: false });
      case Opcode.BinInt:
        return this.#push({ kind: "integer", value: input.readI32() });
      case Opcode.BinInt1:
        return this.#push({ kind: "integer", value: input.readU8() });
      case Opcode.BinInt2:
        return this.#push({ kind: "integer", value: input.readU16() });
      case Opcode.ShortBinUnicode:
        return this.#push({ kind: "text", ...input.readRange(input.readU8()) });
      case Opcode.BinUnicode:
        return this.#push({ kind: "text", ...input.readRange(input.readU32()) });
      case Opcode.ShortBinBytes:
        return this.#push({ kind: "bytes", ...input.readRange(input.readU8()) });
      case Opcode.BinBytes:
        return this.#push({ kind: "bytes", ...input.readRange(input.readU32()) });
      case Opcode.ByteArray8:
        return this.#push({ kind: "bytes", ...input.readRange(input.readU64()) });
      case Opcode.Global:
        return this.#push(findGlobal(input.readLine(), input.readLine()));
      case Opcode.BinGet:
        return this.#push(this.#recall(input.readU8()));
      default:
        return false;
    }
  }

  /** Instructions that work on what is there. False when `opcode` is none of them. */
  #combine(opcode: number): boolean {
    switch (opcode) {
      case Opcode.Tuple:
        return this.#push({ kind: "tuple", items: this.#popToMark() });
      case Opcode.Tuple1:
      case Opcode.Tuple2:
      case Opcode.Tuple3:
        return this.#push({ kind: "tuple", items: this.#popItems(opcode - Opcode.Tuple1 + 1) });
      case Opcode.StackGlobal: {
        const name = this.#popText();
        return this.#push(findGlobal(this.#popText(), name));
      }
      case Opcode.Reduce: {
        const args = this.#popTuple();
        return this.#push(reduceValue(this.#input, this.#pop(), args));
      }
      case Opcode.Build: {
        const state = this.#popTuple();
        return this.#push(buildValue(this.#input, this.#pop(), state));
      }
      case Opcode.BinPut:
        this.#memo.set(this.#input.readU8(), this.#top());
        return true;
      case Opcode.Memoize:
        this.#memo.set(this.#memo.size, this.#top());
        return true;
      case Opcode.Frame:
        return this.#checkFrame(this.#input.readU64());
      default:
        return false;
    }
  }

  #result(): LegacyPayload {
    const value = this.#pop();
    if (this.#stack.length > 0 || this.#input.remaining > 0) {
      throw malformedPickle("something is left over at its end");
    }
    if (value.kind === "none") {
      return { type: "camera-failed" };
    }
    if (value.kind !== "array") {
      throw malformedPickle("its value is neither an array nor None");
    }
    return value.frame;
  }

  #push(value: PickleValue): true {
    this.#stack.push(value);
    return true;
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || value.kind === "mark") {
      throw malformedPickle("it takes a value where there is none");
    }
    return value;
  }

  #pop(): PickleValue {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #popText(): string {
    const value = this.#pop();
    if (value.kind !== "text") {
      throw malformedPickle("a name in it is not a string");
    }
    return this.#input.nameAt(value);
  }

  #popTuple(): readonly PickleValue[] {
    const value = this.#pop();
    if (value.kind !== "tuple") {
      throw malformedPickle("a call or a state in it is not given as a tuple");
    }
    return value.items;
  }

  #popItems(count: number): PickleValue[] {
    const items: PickleValue[] = [];
    for (let index = 0; index < count; index += 1) {
      items.push(this.#pop());
    }
    return items.reverse();
  }

  #popToMark(): PickleValue[] {
    const mark = this.#stack.findLastIndex((value) => value.kind === "mark");
    if (mark < 0) {
      throw malformedPickle("a tuple in it has no beginning");
    }
    return this.#stack.splice(mark).slice(1);
  }

  #recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) {
      throw malformedPickle("it refers to a value that was never stored");
    }
    return value;
  }

  #checkFrame(framedBytes: number): true {
    if (framedBytes > this.#input.remaining) {
      throw new LegacyError("truncated", "a frame of the pickle is longer than the pickle");
    }
    return true;
  }
}
