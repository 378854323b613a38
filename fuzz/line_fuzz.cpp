// Fuzzes chat/line.cpp and chat/text.cpp: what a user types, or a file is piped.
//
// Any bytes give a command or one line that says what is wrong; neither can drive a terminal.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "chat/line.h"
#include "chat/text.h"
#include "noex/transport/base/check.h"

namespace {

void check_harmless(std::string_view text) {
  NOEX_CHECK(noex::is_utf8(text));
  for (const char c : text) NOEX_CHECK(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noex::chat;
  using noex::visible;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const std::string shown = visible(line);
  check_harmless(shown);
  NOEX_CHECK(visible(shown) == shown);
  if (is_name(line)) NOEX_CHECK(shown == line);
  const auto command = parse_line(line);
  if (!command) {
    NOEX_CHECK(!command.error().empty());
    check_harmless(command.error());
    return 0;
  }
  if (command->row == nullptr || command->row->takes == Takes::nothing) {
    NOEX_CHECK(command->argument.empty());
  } else if (command->row->takes != Takes::text) {
    NOEX_CHECK(is_name(command->argument));
  } else {
    NOEX_CHECK(!command->argument.empty());
    NOEX_CHECK(command->argument.size() <= message_text_bytes_max);
    check_harmless(command->argument);
  }
  return 0;
}
