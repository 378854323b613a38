// ARCHITECTURE.md is true in every name: each file and each class that it speaks of is there.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace noex {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const fs::path root = NOEX_SOURCE_DIR;

struct Tree {
  std::set<std::string> files;  // without their folders
  std::string code;             // of all
};

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

const Tree& tree() {
  static const Tree read = [] {
    Tree made;
    for (const char* folder : {"include", "noex", "chat", "tests/tally"}) {
      for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
        if (!entry.is_regular_file()) continue;
        made.files.insert(entry.path().filename().string());
        if (entry.path().extension() == ".h") made.code += text_of(entry.path());
      }
    }
    return made;
  }();
  return read;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool has_word(std::string_view code, std::string_view word) {
  for (std::size_t at = code.find(word); at != code.npos; at = code.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word(code[at - 1])) && (end == code.size() || !is_word(code[end]))) {
      return true;
    }
  }
  return false;
}

bool declares(std::string_view code, const std::string& name) {
  return std::ranges::any_of(
      std::vector<std::string>{"class ", "struct ", "using ", "concept ", "class [[nodiscard]] "},
      [&](const std::string& keyword) { return has_word(code, keyword + name); });
}

// What stands alone between backticks.
std::vector<std::string> quoted(const std::string& page) {
  std::vector<std::string> found;
  for (std::size_t open = page.find('`'); open != page.npos; open = page.find('`', open + 1)) {
    const std::size_t close = page.find('`', open + 1);
    if (close == page.npos) break;
    found.push_back(page.substr(open + 1, close - open - 1));
    open = close;
  }
  return found;
}

// "Names", "Names::find", "find.h": names of ours that are not there.
std::vector<std::string> strangers(const std::string& page, const Tree& tree) {
  std::vector<std::string> found;
  for (const std::string& name : quoted(page)) {
    const bool is_file = std::ranges::all_of(name, [](char c) { return is_word(c) || c == '.'; }) &&
                         (name.ends_with(".h") || name.ends_with(".cpp"));
    if (is_file && !tree.files.contains(name)) found.push_back(name);
    const std::size_t colons = name.find("::");
    const std::string type = name.substr(0, colons);
    const bool is_type = std::isupper(static_cast<unsigned char>(name.front())) != 0 &&
                         std::ranges::all_of(type, is_word) &&
                         std::ranges::any_of(type, [](char c) { return std::islower(c) != 0; });
    if (!is_type) continue;
    const std::string member = colons == name.npos ? "" : name.substr(colons + 2);
    const bool is_there =
        declares(tree.code, type) &&
        (member.empty() || has_word(tree.code, member.substr(0, member.find('('))));
    if (!is_there) found.push_back(name);
  }
  return found;
}

TEST(Architecture, IsTrueInEveryName) {
  const std::string page = text_of(root / "docs/ARCHITECTURE.md");
  EXPECT_GT(quoted(page).size(), 100U);
  EXPECT_THAT(strangers(page, tree()), IsEmpty());
}

TEST(ArchitectureSearch, FindsStrangers) {
  const Tree small{{"names.h"}, "class Names {\n  int find();\n};\nstruct Router;\n"};
  EXPECT_THAT(
      strangers("`Names`, `Names::find`, `Names::find()`, `Router`, `names.h`, `a / b`, `x`",
                small),
      IsEmpty());
  EXPECT_THAT(strangers("`Name` and `Names::lose`, `Rout`; `name.h`, `COMPONENTS`", small),
              ElementsAre("Name", "Names::lose", "Rout", "name.h"));
}

}  // namespace
}  // namespace noex
