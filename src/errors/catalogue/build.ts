import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const buildErrors = {
  TOOLCHAIN_MISSING: {
    title: 'The compiler for this board is not installed',
    explanation: 'Each chip descriptor names the compiler that builds for it; that program is not in the PATH.',
    hint: 'Install the package named in the message, or run `npm run setup` in a checkout.',
    exitCode: EXIT.toolchain,
  },
  COMPILE_FAILED: {
    title: 'The compiler refused a source file',
    explanation:
      'The C sources are the generated model and the firmware of grapes-mcu; all are compiled with warnings as errors. The first lines of the compiler output are in the message.',
    hint: 'If you did not change the sources, check the compiler version with `grapes doctor`.',
    exitCode: EXIT.toolchain,
  },
  LINK_FAILED: {
    title: 'The linker could not put the firmware together',
    explanation:
      'A symbol is missing or defined twice, or the linker script is wrong. The linker output is in the message.',
    hint: 'If you added a board, check its HAL family against firmware/hal/template (docs/boards.md).',
    exitCode: EXIT.toolchain,
  },
  ELF_INVALID: {
    title: 'A file is not the ELF file it should be',
    explanation: 'The linked firmware is truncated or damaged, or it was made for a machine with another byte order.',
    hint: 'Build again with `grapes build`.',
    exitCode: EXIT.toolchain,
  },
  DOES_NOT_FIT: {
    title: 'The firmware needs more memory than the board has',
    explanation:
      'Flash holds code and constants; RAM holds the arena, the learning state, buffers and the stack. The message says which one is short, by how much, and names what takes most of it. Where shapes alone decide, it comes before training.',
    hint: 'Make the largest layer smaller, train fewer layers on the device, or choose a larger board.',
    exitCode: EXIT.doesNotFit,
  },
  BUDGET_EXCEEDED: {
    title: 'The firmware exceeds the budget',
    explanation:
      'The project or the command line sets an upper limit below what the board has, and the build is above it.',
    hint: 'Make the largest layer smaller or raise the limit under `budget:` in grapes.yaml.',
    exitCode: EXIT.doesNotFit,
  },
  STACK_RECURSION: {
    title: 'The worst-case stack is unbounded: a function calls itself',
    explanation:
      'The stack bound is the deepest path through the call graph; a cycle in the graph has no deepest path.',
    hint: 'Turn the recursion named in the message into a loop.',
    exitCode: EXIT.toolchain,
  },
  STACK_INDIRECT_CALL: {
    title: 'The worst-case stack is unknown: a call through a pointer',
    explanation: 'The compiler cannot tell which function a pointer reaches, so the depth of that path is not known.',
    hint: 'Call the function by name in the place named in the message.',
    exitCode: EXIT.toolchain,
  },
  STACK_UNKNOWN_FUNCTION: {
    title: 'The worst-case stack is unknown: a function without a known frame',
    explanation:
      'Frames of C functions come from the compiler; frames of assembly and library functions come from an annotated table, and this function is in neither.',
    hint: 'Add the function with its frame size and the reason to src/build/stack/known-frames.ts.',
    exitCode: EXIT.toolchain,
  },
  STACK_DYNAMIC: {
    title: 'The worst-case stack is unknown: a frame whose size is decided at run time',
    explanation: 'The function uses alloca or an array of variable length.',
    hint: 'Give the array a constant size.',
    exitCode: EXIT.toolchain,
  },
} as const satisfies Record<string, ErrorEntry>;
