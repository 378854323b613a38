// The reference (docs/reference): no public name without a comment, and who forgets one is told.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace noex {
namespace {

using ::testing::HasSubstr;

struct Outcome {
  int code;
  std::string output;
};

Outcome run(const std::string& command) {
  std::FILE* pipe = ::popen(("{ " + command + "; } 2>&1").c_str(), "r");
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    output.push_back(static_cast<char>(c));
  }
  return {::pclose(pipe), output};
}

// Doxygen as ./dev docs runs it, but for what it reads and where it writes.
class Reference : public ::testing::Test {
 protected:
  Reference() : folder_(fmt::format("{}noex reference {}", ::testing::TempDir(), ::getpid())) {
    std::filesystem::create_directories(folder_);
  }
  ~Reference() override { std::filesystem::remove_all(folder_); }

  Outcome of(const std::string& input) const {
    std::filesystem::remove_all(folder_ + "/xml");
    std::ofstream(folder_ + "/Doxyfile") << "@INCLUDE = docs/reference/Doxyfile\n"
                                         << "OUTPUT_DIRECTORY = \"" << folder_ << "\"\n"
                                         << "GENERATE_HTML = NO\nINPUT = \"" << input << "\"\n";
    return run("cd '" NOEX_SOURCE_DIR "' && doxygen '" + folder_ +
               "/Doxyfile' && awk -f docs/reference/undocumented.awk '" + folder_ + "'/xml/*.xml");
  }
  Outcome of_header(const std::string& code) const {
    std::ofstream(folder_ + "/a.h") << "// A header.\n#pragma once\n\nnamespace noex {\n\n"
                                    << code << "\n}  // namespace noex\n";
    return of(folder_ + "/a.h");
  }

 private:
  const std::string folder_;
};

TEST_F(Reference, EveryPublicNameHasAComment) {
  const Outcome outcome = of("include");
  EXPECT_EQ(outcome.code, 0) << outcome.output;
}

TEST_F(Reference, CommentsStandAboveOrBehind) {
  const Outcome outcome = of_header(
      "// A thing <of> a@b, #1.\n"
      "class Thing {\n public:\n"
      "  Thing(const Thing&) = delete;\n"
      "  // What it does:\n  //\n  //   thing.go();  // <now>\n"
      "  void go();\n"
      "  int size = 0;  // in bytes\n"
      "\n private:\n  int hidden_;\n};\n"
      "namespace thing_detail {\nint inner();\n}\n");
  EXPECT_EQ(outcome.code, 0) << outcome.output;
}

TEST_F(Reference, ANameWithoutACommentFails) {
  for (const char* code :
       {"void f();\n", "// A thing.\nstruct Thing {\n  int size = 0;\n};\n", "class Thing {};\n",
        "// A thing.\nclass Thing {\n public:\n  // Goes.\n  void go();\n  void stop();\n};\n",
        "// Kinds.\nenum class Kind {\n  one,  // the first\n  two,\n};\n", "using Number = int;\n",
        "// --- A heading ---\ninline constexpr int number = 1;\n",
        "template <class T>\nconcept Small = sizeof(T) < 8;\n"}) {
    const Outcome outcome = of_header(code);
    EXPECT_NE(outcome.code, 0) << code;
    EXPECT_THAT(outcome.output, HasSubstr("is not documented")) << code;
  }
}

}  // namespace
}  // namespace noex
