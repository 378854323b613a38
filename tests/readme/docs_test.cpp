// What the pages point to exists, and what the headers list is in the page that documents it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace noex {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const fs::path root = NOEX_SOURCE_DIR;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<fs::path> pages() {
  std::vector<fs::path> all = {root / "README.md", root / "CONTRIBUTING.md"};
  for (const auto& entry : fs::directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") all.push_back(entry.path());
  }
  return all;
}

// Every first group of the pattern.
std::vector<std::string> matches(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) {
    found.push_back((*at)[1].str());
  }
  return found;
}

std::vector<std::string> links(const std::string& page) {
  std::vector<std::string> found = matches(page, std::regex(R"(\]\(([^)#\s]+)[^)]*\))"));
  std::erase_if(found, [](const std::string& link) { return link.find("://") != link.npos; });
  return found;
}

// `folder/file.ext`, alone between backticks.
std::vector<std::string> paths(const std::string& page) {
  return matches(page, std::regex(R"(`([A-Za-z0-9_-][A-Za-z0-9_./-]*/[A-Za-z0-9_-]+\.[a-z]+)`)"));
}

std::vector<std::string> missing(const std::vector<std::string>& files, const fs::path& folder) {
  std::vector<std::string> absent;
  for (const std::string& file : files) {
    if (!fs::exists(folder / file)) absent.push_back(file);
  }
  return absent;
}

// The names in `enum class <name>`; empty if the header has no such enum.
std::vector<std::string> enumerators(const std::string& header, const std::string& name) {
  const std::string code = std::regex_replace(header, std::regex("//[^\n]*"), "");
  const std::size_t start = code.find("enum class " + name + " ");
  if (start == code.npos) return {};
  const std::size_t open = code.find('{', start);
  const std::string body = code.substr(open + 1, code.find('}', open) - open - 1) + ",";
  return matches(body, std::regex(R"(([a-z]\w*)\s*(?:=[^,]*)?,)"));
}

// Those without a cell of a table of their own, or backticks around them.
std::vector<std::string> unmentioned(const std::vector<std::string>& names,
                                     const std::string& page) {
  std::vector<std::string> absent;
  for (const std::string& name : names) {
    const std::regex mention("(\\| " + name + " \\||`" + name + "`)");
    if (!std::regex_search(page, mention)) absent.push_back(name);
  }
  return absent;
}

struct Documented {
  const char* header;
  const char* name;
  const char* page;
};
void PrintTo(const Documented& what, std::ostream* out) {
  *out << what.name << " in " << what.page;
}

class Enums : public ::testing::TestWithParam<Documented> {};

TEST(Docs, LinksPointToFiles) {
  for (const fs::path& page : pages()) {
    EXPECT_THAT(missing(links(text_of(page)), page.parent_path()), IsEmpty()) << page;
  }
}

TEST(Docs, PathsExist) {
  std::size_t seen = 0;
  for (const fs::path& page : pages()) {
    const std::vector<std::string> named = paths(text_of(page));
    seen += named.size();
    EXPECT_THAT(missing(named, root), IsEmpty()) << page;
  }
  EXPECT_GT(seen, 20U);
}

TEST_P(Enums, AreDocumented) {
  const Documented& what = GetParam();
  const auto names = enumerators(text_of(root / what.header), what.name);
  EXPECT_GE(names.size(), 3U) << what.name << " is not in " << what.header;
  EXPECT_THAT(unmentioned(names, text_of(root / what.page)), IsEmpty()) << what.page;
}

INSTANTIATE_TEST_SUITE_P(
    Docs, Enums,
    ::testing::Values(
        Documented{"include/noex/transport/base/error.h", "ErrorCode", "docs/WIRE.md"},
        Documented{"noex/transport/handshake.h", "Refusal", "docs/WIRE.md"},
        Documented{"noex/runtime/membership/control.h", "ControlKind", "docs/WIRE.md"},
        Documented{"noex/runtime/remote/wire.h", "MessageKind", "docs/WIRE.md"},
        Documented{"include/noex/runtime/message/exit_reason.h", "ExitKind", "docs/WIRE.md"},
        Documented{"include/noex/runtime/membership/member.h", "DownReason", "docs/PROTOCOL.md"},
        Documented{"noex/sim/scenario/step_kind.h", "StepKind", "docs/SIMULATOR.md"},
        Documented{"include/noex/sim/world/faults.h", "FaultKind", "docs/SIMULATOR.md"}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(Docs, PropertiesAreDocumented) {
  std::vector<std::string> codes;
  const std::regex declared("constexpr Property \\w+\\{\\s*\"(\\w+)\"");
  for (const char* file : {"check/runtime_properties.h", "chat/chat_properties.h"}) {
    const std::string text = text_of(root / "noex/sim" / file);
    for (std::sregex_iterator at(text.begin(), text.end(), declared), end; at != end; ++at) {
      codes.push_back((*at)[1]);
    }
  }
  EXPECT_GE(codes.size(), 40U);
  EXPECT_THAT(unmentioned(codes, text_of(root / "docs/SIMULATOR.md")), IsEmpty());
}

// The searches themselves find what is wrong.

TEST(DocsSearch, FindsBrokenLinks) {
  const std::string page = "[a](README.md) [b](no.md#part) [c](https://x.org/y) [d](docs/WIRE.md)";
  EXPECT_THAT(links(page), ElementsAre("README.md", "no.md", "docs/WIRE.md"));
  EXPECT_THAT(missing(links(page), root), ElementsAre("no.md"));
}

TEST(DocsSearch, FindsBrokenPaths) {
  const std::string page = "`docs/WIRE.md`, `docs/no.md`, `a / b.c`, `./dev`, `chat:room`";
  EXPECT_THAT(missing(paths(page), root), ElementsAre("docs/no.md"));
}

TEST(DocsSearch, FindsUnmentionedNames) {
  const auto names =
      enumerators("enum class Kind : int {\n one = 1,  // 1, two\n three\n};", "Kind");
  EXPECT_THAT(names, ElementsAre("one", "three"));
  EXPECT_THAT(unmentioned(names, "| 1 | one | three of them"), ElementsAre("three"));
}

}  // namespace
}  // namespace noex
