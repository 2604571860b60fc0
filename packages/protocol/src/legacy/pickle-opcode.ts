// The pickle instructions that occur in a pickled picture, protocols 2 to 5. Source: Lib/pickletools.py of CPython 3.14.

/** Instruction bytes by their names in pickletools. */
export const Opcode = {
  Mark: 0x28, //            (   remember this height of the stack
  Stop: 0x2e, //            .
  BinInt: 0x4a, //          J   i32
  BinInt1: 0x4b, //         K   u8
  BinInt2: 0x4d, //         M   u16
  None: 0x4e, //            N
  Reduce: 0x52, //          R   callable, arguments → result
  BinUnicode: 0x58, //      X   u32 length, UTF-8
  ShortBinBytes: 0x43, //   C   u8 length, bytes           (3)
  BinBytes: 0x42, //        B   u32 length, bytes          (3)
  Global: 0x63, //          c   module \n name \n
  Build: 0x62, //           b   object, state → object
  BinGet: 0x68, //          h   u8 memo index
  BinPut: 0x71, //          q   u8 memo index
  Tuple: 0x74, //           t   everything above the mark → tuple
  Proto: 0x80, //               u8 protocol
  Tuple1: 0x85,
  Tuple2: 0x86,
  Tuple3: 0x87,
  NewTrue: 0x88,
  NewFalse: 0x89,
  ShortBinUnicode: 0x8c, //     u8 length, UTF-8           (4)
  StackGlobal: 0x93, //         module, name → global      (4)
  Memoize: 0x94, //             memo[its size] = top       (4)
  Frame: 0x95, //               u64 length of what follows (4)
  ByteArray8: 0x96, //          u64 length, bytes          (5)
} as const;
