// What README.md shows is what is compiled, and what it says happens.
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/asio/asio_network.h"

namespace noex {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(std::string(NOEX_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

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

TEST(Readme, ShowsTheExampleAsItIsCompiled) {
  const std::string example = text_of("tests/examples/counter.cpp");
  ASSERT_FALSE(example.empty());
  EXPECT_NE(text_of("README.md").find("```cpp\n" + example + "```"), std::string::npos)
      << "README.md must contain tests/examples/counter.cpp, word for word";
}

// Each line of a block, at whatever depth it stands there.
TEST(Readme, ShowsWhatThePackageTestBuilds) {
  const std::string readme = text_of("README.md");
  const std::string project = text_of("tests/package/CMakeLists.txt");
  const std::string fence = "```cmake\n";
  int lines = 0;
  for (std::size_t at = readme.find(fence); at != readme.npos; at = readme.find(fence, at)) {
    at += fence.size();
    std::istringstream block(readme.substr(at, readme.find("```", at) - at));
    for (std::string line; std::getline(block, line); ++lines) {
      EXPECT_NE(project.find(line + "\n"), std::string::npos) << line;
    }
  }
  EXPECT_GE(lines, 6);
}

TEST(Readme, ExampleCountsTo42) {
  const std::string program = std::string(NOEX_BIN_DIR) + "/example_counter ";
  EXPECT_EQ(output_of(program + std::to_string(free_port())), "42\n");
}

}  // namespace
}  // namespace noex
