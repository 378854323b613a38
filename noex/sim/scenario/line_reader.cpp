#include "noex/sim/scenario/line_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "noex/sim/scenario/scenario.h"
#include "noex/transport/base/text.h"

namespace noex::sim {

namespace {

constexpr std::string_view spaces = " \t\r";
constexpr std::string_view hex_digits = "0123456789abcdef";

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};
// "s" is the end of the others: it comes last.
constexpr std::array<Unit, 4> units = {
    {{"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Exact or nothing: no digit is lost.
std::optional<Duration> parse_time(std::string_view text) {
  const auto unit = std::ranges::find_if(
      units, [text](const Unit& candidate) { return text.ends_with(candidate.name); });
  if (unit == units.end()) return std::nullopt;
  text.remove_suffix(unit->name.size());
  const std::size_t point = text.find('.');
  const auto whole = parse_whole<std::uint32_t>(text.substr(0, point));
  if (!whole) return std::nullopt;
  std::int64_t nanoseconds = std::int64_t{*whole} * unit->nanoseconds;
  if (point == std::string_view::npos) return Duration{nanoseconds};
  const std::string_view digits = text.substr(point + 1);
  if (digits.empty()) return std::nullopt;
  std::int64_t place = unit->nanoseconds;
  for (const char digit : digits) {
    if (!is_digit(digit) || place % 10 != 0) return std::nullopt;
    place /= 10;
    nanoseconds += (digit - '0') * place;
  }
  return Duration{nanoseconds};
}

std::optional<std::size_t> hex_value(char c) {
  const std::size_t value = hex_digits.find(c);
  if (value == std::string_view::npos) return std::nullopt;
  return value;
}

}  // namespace

void LineReader::skip_spaces() {
  rest_.remove_prefix(std::min(rest_.find_first_not_of(spaces), rest_.size()));
}

void LineReader::refuse(std::string reason) {
  if (!error_) error_ = std::move(reason);
}

// --- Words ---

std::string_view LineReader::peek() const {
  const std::string_view word = rest_.substr(0, rest_.find_first_of(spaces));
  const bool comment = word.starts_with('#') && (word.size() == 1 || !is_digit(word[1]));
  return comment ? std::string_view{} : word;
}

bool LineReader::take(std::string_view word) {
  if (peek() != word || word.empty()) return false;
  rest_.remove_prefix(word.size());
  skip_spaces();
  return true;
}

std::string_view LineReader::word(std::string_view what) {
  const std::string_view next = peek();
  if (next.empty()) refuse(fmt::format("{} is missing", what));
  take(next);
  return next;
}

void LineReader::expect(std::string_view word) {
  if (take(word)) return;
  if (peek().empty()) {
    refuse(fmt::format("'{}' is missing", word));
  } else {
    refuse(fmt::format("expected '{}', found '{}'", word, shown(peek())));
  }
}

void LineReader::end() {
  if (!peek().empty()) refuse(fmt::format("'{}' is too much", shown(peek())));
}

// --- Values ---

std::optional<std::uint32_t> LineReader::id() {
  if (!peek().starts_with('#')) return std::nullopt;
  return static_cast<std::uint32_t>(number(word("an id").substr(1), "the id", 1, id_max));
}

std::uint64_t LineReader::number(std::string_view what, std::uint64_t low, std::uint64_t high) {
  return number(word(what), what, low, high);
}

std::uint64_t LineReader::number(std::string_view text, std::string_view what, std::uint64_t low,
                                 std::uint64_t high) {
  const auto value = parse_whole<std::uint64_t>(text);
  if (value && *value >= low && *value <= high) return *value;
  refuse(fmt::format("{}: '{}' is not in {}..{}", shown(what), shown(text), low, high));
  return low;
}

Duration LineReader::time(std::string_view what, Duration low, Duration high) {
  return time(word(what), what, low, high);
}

Duration LineReader::time(std::string_view text, std::string_view what, Duration low,
                          Duration high) {
  const auto value = parse_time(text);
  if (!value) {
    refuse(fmt::format("{}: '{}' is no time; write 4.2s, 250ms, 500us or 7ns", shown(what),
                       shown(text)));
    return low;
  }
  if (*value >= low && *value <= high) return *value;
  refuse(fmt::format("{}: {} is not in {}..{}", shown(what), shown(text), print_time(low),
                     print_time(high)));
  return low;
}

std::uint32_t LineReader::node() {
  const std::string_view name = word("a node");
  constexpr std::string_view prefix = "node";
  if (name.starts_with(prefix)) {
    const auto number = parse_whole<std::uint32_t>(name.substr(prefix.size()));
    if (number && *number >= 1 && *number <= nodes_max) return *number - 1;
  }
  refuse(fmt::format("'{}' is none of node1..node{}", shown(name), nodes_max));
  return 0;
}

std::vector<std::uint32_t> LineReader::nodes() {
  std::vector<std::uint32_t> list;
  do {
    const std::uint32_t next = node();
    if (std::ranges::count(list, next) > 0) {
      refuse(fmt::format("{} is there twice", node_name(next)));
    }
    list.push_back(next);
  } while (peek().starts_with("node") && !error_);
  return list;
}

std::vector<std::uint32_t> LineReader::nodes_to_end() {
  if (peek().empty()) return {};
  std::vector<std::uint32_t> list = nodes();
  end();
  return list;
}

// --- Text ---

std::string LineReader::text() {
  const std::size_t last = rest_.find_last_not_of(spaces);
  std::string_view raw = rest_.substr(0, last == std::string_view::npos ? 0 : last + 1);
  rest_ = {};
  std::string text;
  while (!raw.empty()) {
    const char c = raw.front();
    raw.remove_prefix(1);
    if (c != '\\') {
      text += c;
    } else if (raw.starts_with('\\')) {
      text += '\\';
      raw.remove_prefix(1);
    } else {
      const auto high = raw.size() < 3 ? std::nullopt : hex_value(raw[1]);
      const auto low = raw.size() < 3 ? std::nullopt : hex_value(raw[2]);
      if (!raw.starts_with('x') || !high || !low) {
        refuse("the text: after a backslash comes another one, or x and two of 0-9a-f");
        return text;
      }
      text += static_cast<char>(*high * 16 + *low);
      raw.remove_prefix(3);
    }
  }
  return text;
}

std::string shown(std::string_view word) {
  constexpr std::size_t most = 40;
  return visible(word, most);
}

std::string print_text(std::string_view text) {
  std::string printed;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool outer = i == 0 || i + 1 == text.size();
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      printed += "\\\\";
    } else if (is_control(c) || (c == ' ' && outer)) {
      printed += fmt::format("\\x{:02x}", byte);
    } else {
      printed += c;
    }
  }
  return printed;
}

// --- Times ---

std::string print_moment(Instant at) {
  std::string digits = format_seconds(at, 9);
  digits.resize(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) digits.pop_back();
  return fmt::format("{}s", digits);
}

std::string print_time(Duration time) {
  const std::int64_t count = time.count();
  if (time >= 1s || time == 0s) return print_moment(Instant{time});
  for (const Unit& unit : {units[2], units[1]}) {
    if (count % unit.nanoseconds == 0)
      return fmt::format("{}{}", count / unit.nanoseconds, unit.name);
  }
  return fmt::format("{}ns", count);
}

}  // namespace noex::sim
