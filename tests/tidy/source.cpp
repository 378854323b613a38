#include "tests/tidy/source.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace noex::tidy {
namespace {

namespace fs = std::filesystem;

// Walks a C++ text once and blanks what is not code.
class Blanker {
 public:
  explicit Blanker(Source& source) : source_(source), text_(source.text) {}

  void run() {
    while (at_ < text_.size()) step();
  }

 private:
  void step() {
    if (starts("//")) return comment(std::min(text_.find('\n', at_), text_.size()));
    if (starts("/*")) return comment(past("*/", at_ + 2));
    if (text_[at_] == '"' && at_ > 0 && text_[at_ - 1] == 'R') return raw_string();
    if (text_[at_] == '"' || (text_[at_] == '\'' && !in_number())) return literal(text_[at_]);
    ++at_;
  }

  bool starts(std::string_view what) const { return text_.compare(at_, what.size(), what) == 0; }
  std::size_t past(std::string_view what, std::size_t from) const {
    const std::size_t found = text_.find(what, from);
    return found == std::string::npos ? text_.size() : found + what.size();
  }

  // True for the quote of 1'000'000.
  bool in_number() const {
    std::size_t start = at_;
    while (start > 0 && (is_word(text_[start - 1]) || text_[start - 1] == '\'')) --start;
    return std::isdigit(static_cast<unsigned char>(text_[start])) != 0;
  }

  void comment(std::size_t end) {
    blank(source_.code, at_, end);
    at_ = end;
  }
  void raw_string() {
    const std::size_t open = std::min(text_.find('(', at_), text_.size() - 1);
    std::string close(1, ')');
    close.append(text_, at_ + 1, open - at_ - 1).append(1, '"');
    inside(past(close, open));
  }
  void literal(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
      end += text_[end] == '\\' ? 2 : 1;
    }
    inside(std::min(end + 1, text_.size()));
  }
  void inside(std::size_t end) {
    blank(source_.code, at_ + 1, end - 1);
    blank(source_.prose, at_ + 1, end - 1);
    at_ = end;
  }
  static void blank(std::string& view, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      if (view[i] != '\n') view[i] = ' ';
    }
  }

  Source& source_;
  const std::string& text_;
  std::size_t at_ = 0;
};

bool is_ours(const fs::path& path) {
  constexpr std::string_view written[] = {".h", ".cpp", ".txt", ".cmake", ".json", ".md", ""};
  return std::ranges::count(written, path.extension().string()) > 0;
}

// Preprocessor lines would confuse the scan for blocks: a macro's braces need not match.
std::string without_directives(std::string_view code) {
  std::string result(code);
  bool directive = false;
  for (const std::string_view line : lines_of(code)) {
    directive = directive || trimmed(line).starts_with('#');
    if (directive) {
      std::fill_n(result.begin() + (line.data() - code.data()), line.size(), ' ');
    }
    directive = directive && line.ends_with('\\');
  }
  return result;
}

std::string_view without_template_heads(std::string_view head) {
  while (head.starts_with("template")) {
    std::size_t at = head.find('<');
    int depth = 0;
    for (; at < head.size(); ++at) {
      depth += head[at] == '<' ? 1 : head[at] == '>' ? -1 : 0;
      if (depth == 0) break;
    }
    head = trimmed(head.substr(std::min(at + 1, head.size())));
  }
  return head;
}

BlockKind kind_of(std::string_view head, BlockKind parent, bool initializer) {
  if (initializer) return BlockKind::other;
  head = without_template_heads(trimmed(head));
  const std::string_view word = head.substr(0, head.find_first_of(" \n<:{"));
  for (const std::string_view type : {"class", "struct", "union", "enum"}) {
    if (word == type) return BlockKind::type;
    // Behind a requires clause.
    if (word == "requires" && has_token(head, type)) return BlockKind::type;
  }
  if (has_token(head, "namespace")) return BlockKind::scope;
  const bool in_body = parent == BlockKind::function || parent == BlockKind::other;
  return in_body ? BlockKind::other : BlockKind::function;
}

class BlockFinder {
 public:
  explicit BlockFinder(std::string_view code) : code_(code) {}

  std::vector<Block> run() {
    for (std::size_t i = 0; i < code_.size(); ++i) {
      const char c = code_[i];
      parens_ += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (c == '{') open(i);
      if (c == '}') close(i);
      if (c == ';' && parens_ == 0) head_ = i + 1;
    }
    return std::move(blocks_);
  }

 private:
  struct Outer {
    std::size_t block;
    int parens;
  };

  void open(std::size_t at) {
    const BlockKind parent = outer_.empty() ? BlockKind::scope : blocks_[outer_.back().block].kind;
    const std::string_view head = code_.substr(head_, at - head_);
    blocks_.push_back({kind_of(head, parent, opens_initializer(code_, at)), at, code_.size()});
    outer_.push_back({blocks_.size() - 1, parens_});
    parens_ = 0;
    head_ = at + 1;
  }
  void close(std::size_t at) {
    if (outer_.empty()) return;
    blocks_[outer_.back().block].close = at;
    parens_ = outer_.back().parens;
    outer_.pop_back();
    head_ = at + 1;
  }

  std::string_view code_;
  std::vector<Block> blocks_;
  std::vector<Outer> outer_;
  int parens_ = 0;
  std::size_t head_ = 0;  // where the statement began that the next '{' may belong to
};

}  // namespace

Source make_source(std::string path, std::string text) {
  Source source{std::move(path), std::move(text), {}, {}};
  source.prose = source.text;
  if (is_cpp(source)) {
    source.code = source.text;
    Blanker(source).run();
  }
  return source;
}

std::vector<Source> read_tree(const std::string& root) {
  std::vector<Source> sources;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::end(it); ++it) {
    const std::string path = fs::relative(it->path(), root).generic_string();
    if (path == "build" || path == ".git") {
      it.disable_recursion_pending();
      continue;
    }
    if (!it->is_regular_file() || !is_ours(it->path()) || path.contains("corpus/")) continue;
    std::ifstream file(it->path(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    sources.push_back(make_source(path, std::move(text)));
  }
  std::ranges::sort(sources, {}, &Source::path);
  return sources;
}

bool is_cpp(const Source& source) {
  return is_header(source) || source.path.ends_with(".cpp");
}
bool is_header(const Source& source) {
  return source.path.ends_with(".h");
}

bool is_public(const Source& source) {
  return source.path.starts_with("include/");
}

std::string_view place_of(std::string_view path) {
  constexpr std::string_view root = "include/";
  if (path.starts_with(root)) path.remove_prefix(root.size());
  return path;
}

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::size_t line_of(std::string_view text, std::size_t offset) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, offset), '\n'));
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::size_t find_token(std::string_view text, std::string_view token, std::size_t from) {
  for (std::size_t at = text.find(token, from); at != std::string_view::npos;
       at = text.find(token, at + 1)) {
    const std::size_t end = at + token.size();
    const bool starts = at == 0 || !is_word(token.front()) || !is_word(text[at - 1]);
    const bool ends = end == text.size() || !is_word(token.back()) || !is_word(text[end]);
    if (starts && ends) return at;
  }
  return std::string_view::npos;
}

bool has_token(std::string_view text, std::string_view token) {
  return find_token(text, token) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \n\t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \n\t") + 1 - first);
}

std::vector<Block> find_blocks(std::string_view code) {
  return BlockFinder(without_directives(code)).run();
}

BlockKind kind_at(const std::vector<Block>& blocks, std::size_t offset) {
  BlockKind kind = BlockKind::scope;
  for (const Block& block : blocks) {
    if (block.open < offset && offset < block.close) kind = block.kind;  // the innermost is last
  }
  return kind;
}

bool opens_initializer(std::string_view code, std::size_t brace) {
  if (brace == 0) return false;
  if (is_word(code[brace - 1]) || code[brace - 1] == '>' || code[brace - 1] == ']') return true;
  const std::string_view before = trimmed(code.substr(0, brace));
  if (before.empty()) return false;
  if (std::string_view("(,={[").contains(before.back())) {
    return before.back() != '{' || code[brace - 1] == '{';
  }
  const std::size_t word = before.find_last_of(" \n\t({;") + 1;  // 0 if none
  return before.substr(word) == "return" || before.substr(word) == "co_return";
}

std::size_t closing(std::string_view code, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < code.size(); ++i) {
    if (std::string_view("({[").contains(code[i])) ++depth;
    if (std::string_view(")}]").contains(code[i]) && --depth == 0) return i;
  }
  return code.size();
}

}  // namespace noex::tidy
