// What README.md says of its example happens; that it is compiled is in examples_test.cpp.
#include <cstdio>
#include <string>

#include <gtest/gtest.h>

#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/asio/asio_network.h"

namespace noex {
namespace {

std::uint16_t free_port() {
  AsioLoop loop;
  AsioNetwork network(loop);
  auto listener = network.listen(Address{"127.0.0.1", 0}, [](std::unique_ptr<Connection>) {});
  return (*listener)->address().port;
}

std::string output_of(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    output.push_back(static_cast<char>(c));
  }
  EXPECT_EQ(::pclose(pipe), 0) << command;
  return output;
}

TEST(Readme, ExampleCountsTo42) {
  const std::string program = std::string(NOEX_BIN_DIR) + "/example_counter ";
  EXPECT_EQ(output_of(program + std::to_string(free_port())), "42\n");
}

}  // namespace
}  // namespace noex
