import type { MakePackage } from './package.js';
import { accompanying, FLOAT_FLAG, libraryName, librarySources } from './package.js';

/** A folder for `add_subdirectory`: target `grapes::<model>`; built by itself, `ctest` runs the self-test. */
export const cmakePackage: MakePackage = ({ sources, version }) => {
  const { name } = sources;
  const target = libraryName(sources);
  const compiled = sources.sources.map((path) => `src/${path}`);
  const text = `# ${name}: an int8 neural network in C99, without dependencies.
#
#   add_subdirectory(${name})
#   target_link_libraries(your_firmware PRIVATE grapes::${name})
#
# Alone, on a computer:  cmake -B build && cmake --build build && ctest --test-dir build
cmake_minimum_required(VERSION 3.16)
project(${name} VERSION ${version} LANGUAGES C)

add_library(${target} STATIC
  ${compiled.join('\n  ')})
add_library(grapes::${name} ALIAS ${target})
target_include_directories(${target} PUBLIC src)
set_target_properties(${target} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON)
# Learning rounds every operation by itself; a fused multiply-add would give other bits than the host expects.
target_compile_options(${target} PRIVATE ${FLOAT_FLAG})

if(CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR AND NOT CMAKE_CROSSCOMPILING)
  enable_testing()
  add_executable(${name}_selftest test/${name}_selftest.c)
  target_link_libraries(${name}_selftest PRIVATE grapes::${name})
  add_test(NAME ${name}_selftest COMMAND ${name}_selftest)
endif()
`;
  return [
    { path: 'CMakeLists.txt', text },
    ...accompanying(
      sources,
      'test',
      `    add_subdirectory(${name})\n    target_link_libraries(your_firmware PRIVATE grapes::${name})\n\nThe self-test, on a computer: \`cmake -B build && cmake --build build && ctest --test-dir build\`.`,
    ),
    ...librarySources(sources, 'src'),
  ];
};
