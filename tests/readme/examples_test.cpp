// Every example in a page or a header is code that the tests compile: word for word, at whatever
// depth it stands there. Who changes one changes the other, and the compiler reads it.
#include <algorithm>
#include <filesystem>
#include <fstream>
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
using ::testing::SizeIs;

const fs::path root = NOEX_SOURCE_DIR;
using Lines = std::vector<std::string>;

struct Example {
  std::string place;  // "docs/API.md:17"
  std::string language;
  Lines lines;
  bool is_file = false;  // the line before it says which: tests/package takes it from the page
};

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Lines lines_of_file(const fs::path& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return lines_of(text.str());
}

std::string place(const std::string& name, std::size_t line) {
  return name + ":" + std::to_string(line + 1);
}

// ```cpp ... ```: what stands between the fences.
std::vector<Example> fenced(const std::string& name, const Lines& page) {
  std::vector<Example> examples;
  bool inside = false;
  for (std::size_t i = 0; i < page.size(); ++i) {
    if (page[i].starts_with("```")) {
      inside = !inside;
      if (!inside) continue;
      const bool is_file = i > 1 && page[i - 2].starts_with('`') && page[i - 2].ends_with(':');
      examples.push_back({place(name, i), page[i].substr(3), {}, is_file});
    } else if (inside) {
      examples.back().lines.push_back(page[i]);
    }
  }
  return examples;
}

bool looks_like_code(const std::string& line) {
  const std::string code = line.substr(0, line.find(" // "));
  const std::size_t last = code.find_last_not_of(' ');
  return last != code.npos && std::string_view(";{}").find(code[last]) != std::string_view::npos;
}

// Code that a page only indents: nothing says what it is, and nobody compiles it.
Lines unfenced(const std::string& name, const Lines& page) {
  Lines found;
  bool inside = false;
  for (std::size_t i = 0; i < page.size(); ++i) {
    if (page[i].starts_with("```")) inside = !inside;
    if (inside || !page[i].starts_with("    ") || !looks_like_code(page[i])) continue;
    found.push_back(place(name, i) + page[i]);
  }
  return found;
}

// Lines of a comment that are indented by three blanks or more, where one of them looks like code.
std::vector<Example> commented(const std::string& name, const Lines& header) {
  std::vector<Example> examples;
  Example block;
  const auto close = [&] {
    while (!block.lines.empty() && block.lines.back().empty()) block.lines.pop_back();
    if (std::ranges::any_of(block.lines, looks_like_code)) examples.push_back(block);
    block = {};
  };
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::size_t slashes = header[i].find_first_not_of(' ');
    const std::string text = slashes == std::string::npos ? "" : header[i].substr(slashes);
    if (text.starts_with("//   ")) {
      if (block.lines.empty()) block = {place(name, i), "cpp", {}};
      block.lines.push_back(text.substr(5));
    } else if (text == "//" && !block.lines.empty()) {
      block.lines.emplace_back();
    } else {
      close();
    }
  }
  close();
  return examples;
}

// Whether the lines stand in the source one after another, all indented by the same.
bool contains(const Lines& source, const Lines& lines) {
  const auto same = [&](std::size_t from) {
    const std::size_t depth = source[from].find(lines.front());
    if (depth == std::string::npos) return false;
    const std::string indent(depth, ' ');
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (source[from + i] != (lines[i].empty() ? "" : indent + lines[i])) return false;
    }
    return true;
  };
  for (std::size_t from = 0; from + lines.size() <= source.size(); ++from) {
    if (same(from)) return true;
  }
  return lines.empty();
}

std::string name_of(const fs::path& path) {
  return fs::relative(path, root).string();
}

std::vector<fs::path> files_in(const fs::path& folder, std::string_view extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::vector<fs::path> pages() {
  std::vector<fs::path> all = files_in(root / "docs", ".md");
  all.push_back(root / "README.md");
  all.push_back(root / "CONTRIBUTING.md");
  return all;
}

// What examples are parts of: all of it is compiled, and run, by tests.
std::vector<Lines> sources_of(const std::string& language) {
  std::vector<Lines> sources;
  if (language == "cmake") sources.push_back(lines_of_file(root / "tests/package/CMakeLists.txt"));
  if (language != "cpp") return sources;
  for (const char* folder : {"tests/snippets", "tests/examples"}) {
    for (const char* extension : {".cpp", ".h"}) {
      for (const fs::path& file : files_in(root / folder, extension)) {
        sources.push_back(lines_of_file(file));
      }
    }
  }
  return sources;
}

// Where the examples stand that nobody compiles.
Lines not_compiled(const std::vector<Example>& examples) {
  Lines places;
  for (const char* language : {"cpp", "cmake"}) {
    const std::vector<Lines> sources = sources_of(language);
    for (const Example& example : examples) {
      if (example.language != language) continue;
      const auto has = [&](const Lines& source) { return contains(source, example.lines); };
      if (std::ranges::none_of(sources, has)) places.push_back(example.place);
    }
  }
  return places;
}

TEST(Examples, OfPagesAreCompiled) {
  std::vector<Example> all;
  for (const fs::path& page : pages()) {
    const bool is_walked = page.filename() == "TESTING_YOUR_OWN.md";
    for (Example& example : fenced(name_of(page), lines_of_file(page))) {
      if (!is_walked || !example.is_file) all.push_back(example);
    }
  }
  EXPECT_GE(std::ranges::count(all, "cpp", &Example::language), 15);
  EXPECT_GE(std::ranges::count(all, "cmake", &Example::language), 3);
  EXPECT_THAT(not_compiled(all), IsEmpty()) << "word for word in tests/snippets or tests/examples";
}

TEST(Examples, OfPagesSayTheirLanguage) {
  for (const fs::path& page : pages()) {
    EXPECT_THAT(unfenced(name_of(page), lines_of_file(page)), IsEmpty());
  }
}

TEST(Examples, OfHeadersAreCompiled) {
  std::vector<Example> all;
  for (const char* folder : {"include", "noex", "chat"}) {
    for (const fs::path& header : files_in(root / folder, ".h")) {
      for (Example& example : commented(name_of(header), lines_of_file(header))) {
        all.push_back(example);
      }
    }
  }
  EXPECT_GE(all.size(), 15U);
  EXPECT_THAT(not_compiled(all), IsEmpty()) << "word for word in tests/snippets or tests/examples";
}

// The searches themselves find what is wrong.

TEST(ExamplesSearch, FindsFences) {
  const Lines page = lines_of("text\n```cpp\nint a;\n```\n    int b;  // none\n    ./dev sim\n");
  const std::vector<Example> found = fenced("p", page);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].place, "p:2");
  EXPECT_THAT(found[0].lines, ElementsAre("int a;"));
  EXPECT_THAT(unfenced("p", page), ElementsAre("p:5    int b;  // none"));
}

TEST(ExamplesSearch, FindsComments) {
  const Lines header = lines_of("// A:\n//\n//   a();\n//\n//   b();\n//\n// x\n//   a table\n");
  const std::vector<Example> found = commented("h", header);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].place, "h:3");
  EXPECT_THAT(found[0].lines, ElementsAre("a();", "", "b();"));
}

TEST(ExamplesSearch, ComparesWordForWord) {
  const Lines source = lines_of("f() {\n  a();\n\n  b();\n}\n");
  EXPECT_TRUE(contains(source, {"a();", "", "b();"}));
  EXPECT_FALSE(contains(source, {"a();", "b();"}));
  EXPECT_FALSE(contains(source, {"a();", "", "  b();"}));
  EXPECT_FALSE(contains(source, {"a()"}));
}

}  // namespace
}  // namespace noex
