import { exampleSketch } from './example.js';
import type { MakePackage } from './package.js';
import { accompanying, FLOAT_FLAG, libraryName, librarySources } from './package.js';

/** A library for PlatformIO's `lib/` folder (docs.platformio.org, "library.json"). */
export const platformioPackage: MakePackage = ({ sources, version }) => {
  const { name } = sources;
  const manifest = {
    name: libraryName(sources),
    version,
    description: `The int8 neural network ${name} in C99, model digest ${sources.modelDigest}`,
    keywords: ['neural-network', 'int8', 'tinyml'],
    frameworks: '*',
    platforms: '*',
    headers: `${name}.h`,
    build: { srcDir: 'src', includeDir: 'src', flags: ['-std=gnu99', FLOAT_FLAG] },
    examples: [{ name: `${name}_use`, base: `examples/${name}_use`, files: ['main.cpp'] }],
  };
  return [
    { path: 'library.json', text: `${JSON.stringify(manifest, null, 2)}\n` },
    { path: `examples/${name}_use/main.cpp`, text: `#include <Arduino.h>\n${exampleSketch(sources)}` },
    ...accompanying(
      sources,
      'extras',
      `Copy this folder into \`lib/\` of your project; \`#include <${name}.h>\`. The self-test, on a computer:\n\`cc -ffp-contract=off -Isrc src/*.c extras/*.c -o selftest && ./selftest\`.`,
    ),
    ...librarySources(sources, 'src'),
  ];
};
