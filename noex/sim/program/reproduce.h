// Reproduce: the command line that shows a run again, so that it can be pasted as it stands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "noex/sim/program/options.h"

namespace noex::sim {

// As a word for a shell: quoted if it has to be.
std::string shell_word(std::string_view text);
// The same for the name of a file, which is never taken for a flag.
std::string shell_file(std::string_view path);

// How this program was called: `wrapper`, words for a shell that somebody before us has set (./dev
// does), or else its own name. Both may be nullptr.
std::string command_words(const char* wrapper, const char* own_name);

// "sim --seed 7 --nodes 5": the one command that runs this again.
std::string reproduce_command(const SimOptions& options, std::uint64_t seed);

}  // namespace noex::sim
