// What a deterministic program must not do: look at the world other than through Loop, Network and
// Random, or depend on addresses, hashes, rounding or state that outlives its owner.

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "tests/tidy/rules.h"

namespace noex::tidy {
namespace {

// Files that are the outside world, or stand in it: real backends, mains, tests.
bool is_outside(const Source& source) {
  const std::string_view name = base_name(source.path);
  return name.starts_with("asio_") || name == "main.cpp" || name == "surroundings.cpp" ||
         source.path.starts_with("tests/");
}

bool is_in(const Source& source, std::string_view folder) {
  return place_of(source.path).starts_with(folder);
}

// It sends what others keep without an order, by its keys.
constexpr std::string_view sorts_what_it_sends = "include/noex/runtime/message/std_types.h";

enum class Where { everywhere, inside, ordered };  // ordered: folders where order reaches a trace

struct Ban {
  std::string_view token;
  Where where;
  std::string_view reason;
};

constexpr std::string_view use_random = "randomness comes from Random";
constexpr std::string_view use_loop = "time comes from Loop";
constexpr std::string_view use_turns = "one node is one thread; use Loop::post";
constexpr std::string_view use_names = "differs between compilers; state a name";
constexpr std::string_view use_map = "its order differs between libraries; use a map or a vector";
constexpr std::string_view no_sleep = "nothing waits for time to pass; wait for what must happen";

constexpr Ban bans[] = {
    {"random_device", Where::inside, use_random},
    {"rand(", Where::inside, use_random},
    {"srand(", Where::inside, use_random},
    {"std::mt19937", Where::inside, use_random},
    {"std::uniform_int_distribution", Where::inside, use_random},
    {"std::time(", Where::inside, use_loop},
    {"time(nullptr)", Where::inside, use_loop},
    {"time(NULL)", Where::inside, use_loop},
    {"time(0)", Where::inside, use_loop},
    {"gettimeofday", Where::inside, use_loop},
    {"clock_gettime", Where::inside, use_loop},
    {"std::thread", Where::inside, use_turns},
    {"std::jthread", Where::inside, use_turns},
    {"std::async", Where::inside, use_turns},
    {"std::mutex", Where::inside, use_turns},
    {"getenv", Where::inside, "settings come from options"},
    {"__PRETTY_FUNCTION__", Where::everywhere, use_names},
    {"typeid", Where::everywhere, use_names},
    {"unordered_map", Where::ordered, use_map},
    {"unordered_set", Where::ordered, use_map},
    {"sleep_for", Where::everywhere, no_sleep},
    {"sleep_until", Where::everywhere, no_sleep},
    {"usleep(", Where::everywhere, no_sleep},
    {"nanosleep(", Where::everywhere, no_sleep},
    {"[=]", Where::everywhere, "say what is captured"},
    {"[=,", Where::everywhere, "say what is captured"},
};

bool applies(const Ban& ban, const Source& source) {
  if (ban.where == Where::ordered) {
    const bool ordered = is_in(source, "noex/sim/") || is_in(source, "noex/runtime/");
    return ordered && source.path != sorts_what_it_sends;
  }
  return ban.where == Where::everywhere || !is_outside(source);
}

// Reports of a finished run may round for people's eyes; nothing of them reaches a fingerprint.
constexpr std::string_view may_round[] = {"noex/sim/report/report.cpp", "noex/sim/report/report.h"};

bool is_constant(std::string_view declaration) {
  return has_token(declaration, "const") || has_token(declaration, "constexpr") ||
         has_token(declaration, "consteval");
}

// True if the declaration that begins with `static` at `at` is a variable that can change.
bool is_mutable_static(std::string_view code, const std::vector<Block>& blocks, std::size_t at) {
  const std::size_t end = std::min(code.find_first_of(";={(", at), code.size() - 1);
  if (is_constant(code.substr(at, end - at))) return false;
  if (code[end] != '(') return true;
  const BlockKind kind = kind_at(blocks, at);
  return kind == BlockKind::function || kind == BlockKind::other;
}

// True for a statement of namespace scope that defines a variable which can change.
bool is_mutable_global(std::string_view statement) {
  constexpr std::string_view others[] = {"using",  "typedef",       "template",    "class",
                                         "struct", "enum",          "union",       "friend",
                                         "extern", "static_assert", "concept",     "namespace",
                                         "static", "operator",      "thread_local"};
  for (const std::string_view word : others) {
    if (has_token(statement, word)) return false;
  }
  const std::string_view declared = statement.substr(0, statement.find_first_of("=("));
  const bool is_function = declared.size() < statement.size() && statement[declared.size()] == '(';
  return !is_function && !is_constant(statement) && declared.find(' ') != std::string_view::npos;
}

// The code with everything blanked that is not a statement of namespace scope; a function's body
// ends its statement like a semicolon does.
std::string global_statements(std::string_view code, const std::vector<Block>& blocks) {
  std::string result(code);
  for (const std::string_view line : lines_of(code)) {
    if (!trimmed(line).starts_with('#')) continue;
    std::fill_n(result.begin() + (line.data() - code.data()), line.size(), ' ');
  }
  for (const Block& block : blocks) {
    if (block.close >= code.size()) continue;
    if (block.kind == BlockKind::scope) {
      result[block.open] = ';';
    } else {
      std::fill(result.begin() + static_cast<std::ptrdiff_t>(block.open),
                result.begin() + static_cast<std::ptrdiff_t>(block.close), ' ');
    }
    if (block.kind == BlockKind::scope || block.kind == BlockKind::function) {
      result[block.close] = ';';
    } else {
      result[block.close] = ' ';
    }
  }
  return result;
}

void find_mutable_globals(const Source& source, const std::vector<Block>& blocks,
                          Violations& violations) {
  const std::string statements = global_statements(source.code, blocks);
  std::size_t begin = 0;
  for (std::size_t end = statements.find(';'); end != std::string::npos;
       end = statements.find(';', begin)) {
    const std::string_view statement =
        trimmed(std::string_view(statements).substr(begin, end - begin));
    if (is_mutable_global(statement)) {
      violations.push_back({line_of(source.code, end), "mutable variable of a namespace"});
    }
    begin = end + 1;
  }
}

}  // namespace

Violations check_banned_calls(const Source& source) {
  Violations violations;
  for (const Ban& ban : bans) {
    if (!applies(ban, source)) continue;
    const std::size_t at = find_token(source.code, ban.token);
    if (at == std::string_view::npos) continue;
    violations.push_back(
        {line_of(source.code, at), fmt::format("'{}': {}", ban.token, ban.reason)});
  }
  const std::size_t clock = source.code.find("_clock::now");
  if (clock != std::string::npos && !is_outside(source)) {
    violations.push_back({line_of(source.code, clock), fmt::format("a clock: {}", use_loop)});
  }
  return violations;
}

Violations check_floating_point(const Source& source) {
  Violations violations;
  if (!is_in(source, "noex/sim/") || std::ranges::count(may_round, source.path) > 0)
    return violations;
  for (const std::string_view type : {"float", "double"}) {
    const std::size_t at = find_token(source.code, type);
    if (at == std::string_view::npos) continue;
    violations.push_back(
        {line_of(source.code, at), fmt::format("'{}' rounds differently between compilers", type)});
  }
  return violations;
}

Violations check_mutable_statics(const Source& source) {
  Violations violations;
  if (is_outside(source)) return violations;
  const std::string_view code = source.code;
  const std::vector<Block> blocks = find_blocks(code);
  for (std::size_t at = find_token(code, "static"); at != std::string_view::npos;
       at = find_token(code, "static", at + 1)) {
    if (is_mutable_static(code, blocks, at)) {
      violations.push_back({line_of(code, at), "mutable static: two nodes would share it"});
    }
  }
  const std::size_t local = find_token(code, "thread_local");
  if (local != std::string_view::npos) {
    violations.push_back({line_of(code, local), "thread_local: two nodes would share it"});
  }
  find_mutable_globals(source, blocks, violations);
  return violations;
}

Violations check_pointer_keys(const Source& source) {
  Violations violations;
  if (is_outside(source)) return violations;
  for (const std::string_view container : {"std::map<", "std::set<", "std::hash<"}) {
    for (std::size_t at = source.code.find(container); at != std::string::npos;
         at = source.code.find(container, at + 1)) {
      const std::size_t key = at + container.size();
      const std::size_t end = source.code.find_first_of("<,>", key);
      const std::string_view type = trimmed(std::string_view(source.code).substr(key, end - key));
      if (!type.ends_with('*')) continue;
      violations.push_back({line_of(source.code, at), "addresses as keys differ in each run"});
    }
  }
  return violations;
}

}  // namespace noex::tidy
