import { never } from '../../lib/assert.ts';
import { type ImageArchitecture, packImage } from './oci-archive.ts';

/** The sandbox image that the embedded runtime uses unless another is configured. */
export const pauseImageRef = 'localhost/nodelet/pause:1';

/** One machine instruction: its bytes in memory order, and the assembly they stand for. */
type Instruction = readonly [bytes: string, assembly: string];

/*
 * The program that holds a pod's namespaces open, as machine code: no compiler and no download is needed to have it.
 *
 *   block SIGINT, SIGTERM and SIGCHLD
 *   for ever: wait for one of them; SIGCHLD: reap every dead child; another: exit 0
 *
 * It waits for blocked signals instead of handling them: a handler needs a restorer and a structure that differs between
 * processors, and a process that is PID 1 of its namespace never sees an unhandled signal unless it is blocked.
 * The set of signals has bit n-1 for signal n: SIGINT 2, SIGTERM 15, SIGCHLD 17 give 0x14002.
 */
const amd64: readonly Instruction[] = [
  ['68 02 40 01 00', 'push 0x14002        ; the set, on the stack'],
  ['48 89 e6', '      mov rsi, rsp'],
  ['31 ff', '         xor edi, edi        ; SIG_BLOCK'],
  ['31 d2', '         xor edx, edx        ; the old set is not wanted'],
  ['6a 08', '         push 8'],
  ['41 5a', '         pop r10             ; bytes in a set'],
  ['6a 0e', '         push 14             ; rt_sigprocmask'],
  ['58', '            pop rax'],
  ['0f 05', '         syscall'],
  ['48 89 e7', 'wait: mov rdi, rsp'],
  ['31 f6', '         xor esi, esi        ; who sent it is not wanted'],
  ['31 d2', '         xor edx, edx        ; no time-out'],
  ['6a 08', '         push 8'],
  ['41 5a', '         pop r10'],
  ['b8 80 00 00 00', 'mov eax, 128        ; rt_sigtimedwait'],
  ['0f 05', '         syscall'],
  ['85 c0', '         test eax, eax'],
  ['7e ea', '         jle wait            ; interrupted, as by a debugger'],
  ['83 f8 11', '      cmp eax, 17         ; SIGCHLD'],
  ['75 16', '         jne exit'],
  ['83 cf ff', 'reap: or edi, -1          ; any child'],
  ['31 f6', '         xor esi, esi        ; how it ended is not wanted'],
  ['6a 01', '         push 1'],
  ['5a', '            pop rdx             ; WNOHANG'],
  ['45 31 d2', '      xor r10d, r10d'],
  ['6a 3d', '         push 61             ; wait4'],
  ['58', '            pop rax'],
  ['0f 05', '         syscall'],
  ['85 c0', '         test eax, eax'],
  ['7f ec', '         jg reap             ; one signal may stand for several deaths'],
  ['eb cf', '         jmp wait'],
  ['31 ff', '   exit: xor edi, edi'],
  ['b8 e7 00 00 00', 'mov eax, 231        ; exit_group'],
  ['0f 05', '         syscall'],
];

const arm64: readonly Instruction[] = [
  ['49 00 88 52', '      mov w9, #0x4002'],
  ['29 00 a0 72', '      movk w9, #1, lsl #16  ; the set'],
  ['e9 0f 1f f8', '      str x9, [sp, #-16]!'],
  ['00 00 80 d2', '      mov x0, #0            ; SIG_BLOCK'],
  ['e1 03 00 91', '      mov x1, sp'],
  ['02 00 80 d2', '      mov x2, #0            ; the old set is not wanted'],
  ['03 01 80 d2', '      mov x3, #8            ; bytes in a set'],
  ['e8 10 80 d2', '      mov x8, #135          ; rt_sigprocmask'],
  ['01 00 00 d4', '      svc #0'],
  ['e0 03 00 91', 'wait: mov x0, sp'],
  ['01 00 80 d2', '      mov x1, #0            ; who sent it is not wanted'],
  ['02 00 80 d2', '      mov x2, #0            ; no time-out'],
  ['03 01 80 d2', '      mov x3, #8'],
  ['28 11 80 d2', '      mov x8, #137          ; rt_sigtimedwait'],
  ['01 00 00 d4', '      svc #0'],
  ['1f 00 00 71', '      cmp w0, #0'],
  ['2d ff ff 54', '      b.le wait             ; interrupted, as by a debugger'],
  ['1f 44 00 71', '      cmp w0, #17           ; SIGCHLD'],
  ['41 01 00 54', '      b.ne exit'],
  ['00 00 80 92', 'reap: mov x0, #-1           ; any child'],
  ['01 00 80 d2', '      mov x1, #0            ; how it ended is not wanted'],
  ['22 00 80 d2', '      mov x2, #1            ; WNOHANG'],
  ['03 00 80 d2', '      mov x3, #0'],
  ['88 20 80 d2', '      mov x8, #260          ; wait4'],
  ['01 00 00 d4', '      svc #0'],
  ['1f 00 00 71', '      cmp w0, #0'],
  ['2c ff ff 54', '      b.gt reap             ; one signal may stand for several deaths'],
  ['ee ff ff 17', '      b wait'],
  ['00 00 80 d2', 'exit: mov x0, #0'],
  ['c8 0b 80 d2', '      mov x8, #94           ; exit_group'],
  ['01 00 00 d4', '      svc #0'],
];

const fileHeaderSize = 64;
const programHeaderSize = 56;
const headerSize = fileHeaderSize + programHeaderSize;
const loadAddress = 0x400000n;
const machine = { amd64: 62, arm64: 183 } as const;

/** The sandbox image as an OCI archive, ready to be imported under {@link pauseImageRef}. */
export function pauseImage(architecture: ImageArchitecture): Uint8Array {
  return packImage({
    ref: pauseImageRef,
    architecture,
    files: [{ kind: 'file', name: 'pause', mode: 0o755, data: pauseProgram(architecture) }],
    command: ['/pause'],
  });
}

/**
 * The pause program as a static ELF executable for the given processor family; about 200 bytes.
 *
 * It exits with 0 on SIGTERM and SIGINT, and reaps children: it may be PID 1 of a pod that shares its process namespace.
 */
export function pauseProgram(architecture: ImageArchitecture): Uint8Array {
  const code = codeOf(architecture);
  const size = BigInt(headerSize + code.length);
  const header = Buffer.alloc(headerSize);
  // The ELF header: 64 bits, little-endian, version 1; an executable that starts behind the two headers.
  header.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(machine[architecture], 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(loadAddress + BigInt(headerSize), 24);
  header.writeBigUInt64LE(BigInt(fileHeaderSize), 32);
  header.writeUInt16LE(fileHeaderSize, 52);
  header.writeUInt16LE(programHeaderSize, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt16LE(fileHeaderSize, 58);
  // One program header: the whole file, loaded readable and executable; 64 KiB alignment suits every page size.
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(5, 68);
  header.writeBigUInt64LE(loadAddress, 80);
  header.writeBigUInt64LE(loadAddress, 88);
  header.writeBigUInt64LE(size, 96);
  header.writeBigUInt64LE(size, 104);
  header.writeBigUInt64LE(0x10000n, 112);
  return Buffer.concat([header, code]);
}

function codeOf(architecture: ImageArchitecture): Uint8Array {
  switch (architecture) {
    case 'amd64':
      return assemble(amd64);
    case 'arm64':
      return assemble(arm64);
    default:
      return never(architecture);
  }
}

function assemble(instructions: readonly Instruction[]): Uint8Array {
  return Buffer.from(instructions.map(([bytes]) => bytes.replaceAll(' ', '')).join(''), 'hex');
}
