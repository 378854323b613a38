#include "noex/sim/chat/script.h"

#include <utility>

#include <fmt/format.h>

#include "noex/sim/scenario/scenario.h"

namespace noex::sim {

namespace {

constexpr std::string_view names[] = {"Alice", "Bob",   "Carol", "Dave",  "Erin",  "Frank",
                                      "Grace", "Heidi", "Ivan",  "Judy",  "Ken",   "Liam",
                                      "Mia",   "Nina",  "Oscar", "Peggy", "Quinn", "Rita"};
constexpr std::string_view rooms[room_names] = {"general", "help",  "random",
                                                "games",   "music", "café"};
constexpr std::string_view phrases[] = {
    "hello",          "good morning", "who is there?", "did you see that?", "I am back",
    "ask node one",   "fine here",    "grüß euch",     "let's go",          "never mind",
    "it works again", "see you",      "日本語も",      "one moment",        "why not"};
constexpr std::string_view mistakes[] = {"/foo",
                                         "/join",
                                         "/join nowhere",
                                         "/create two words",
                                         "/name",
                                         "/create",
                                         "/msg",
                                         "/name a:b",
                                         "/create x on node99",
                                         "/",
                                         "/users me",
                                         "/create bad:room",
                                         "/nodes all",
                                         "\x01\x1b[31mred\x1b[0m"};

template <class T, std::size_t n>
const T& pick(Random& random, const T (&from)[n]) {
  return from[random.below(n)];
}

std::string name_of(std::uint32_t seat) {
  const std::string_view name = names[seat % std::size(names)];
  if (seat < std::size(names)) return std::string(name);
  return fmt::format("{}{}", name, seat / std::size(names) + 1);
}

}  // namespace

std::string room_name(std::uint64_t room) {
  const std::string_view name = rooms[room % room_names];
  if (room < room_names) return std::string(name);
  return fmt::format("{}{}", name, room / room_names + 1);
}

Script::Script(std::uint32_t nodes, std::uint32_t seat, std::uint64_t rooms_in_use, bool trouble,
               Random random)
    : nodes_(nodes), seat_(seat), rooms_(rooms_in_use), trouble_(trouble), random_(random) {}

std::string Script::set_name() {
  return fmt::format("/name {}", name_of(seat_));
}

std::string Script::join(std::uint64_t room) {
  in_room_ = true;
  return fmt::format("/join {}", room_name(room));
}

std::vector<ScriptLine> Script::next() {
  return in_room_ ? next_in_room() : next_outside();
}

// Most lines are said once. Some are what everybody says now and then, so that who knows his own
// message by its text alone is found out. Long ones are rare, and long enough to be cut in several
// segments.
std::string Script::say() {
  const std::uint64_t number = ++said_;
  const std::string_view phrase = pick(random_, phrases);
  if (random_.chance(100'000)) return std::string(phrases[0]);
  std::string text = fmt::format("{} ({} {})", phrase, name_of(seat_), number);
  if (random_.chance(20'000)) text += fmt::format(" {}", std::string(random_.below(3000), 'x'));
  return text;
}

std::string Script::look() {
  const std::uint64_t what = random_.below(10);
  return what < 5 ? "/users" : what < 8 ? "/rooms" : what < 9 ? "/nodes" : "/help";
}

std::string Script::mistake() {
  return std::string(pick(random_, mistakes));
}

std::string Script::create() {
  const std::string room = room_name(random_.below(rooms_));
  const bool elsewhere = random_.chance(400'000);
  const auto node = static_cast<std::uint32_t>(random_.below(nodes_));
  if (!elsewhere) return fmt::format("/create {}", room);
  const bool full = random_.chance(500'000);
  if (!full) return fmt::format("/create {} on {}", room, node_name(node));
  return fmt::format("/create {} on {}", room, full_node_id(node));
}

std::vector<ScriptLine> Script::next_in_room() {
  // Whoever may have been thrown out goes in again more often; he does not know.
  const std::uint64_t what = random_.below(trouble_ ? 110 : 100);
  if (what < 56) return {{say()}};
  if (what < 66) return {{fmt::format("/msg {}", say())}};
  if (what < 78) return {{look()}};
  if (what < 81) return {{mistake()}};
  if (what < 83) return {{create()}};
  if (what < 84) return {{join(random_.below(rooms_))}};  // "Already in room"
  if (what < 85) return {{set_name()}};
  if (what < 87) return quit();
  if (what < 92) {
    in_room_ = false;
    return {{"/leave"}};
  }
  // Out and in again, mostly elsewhere.
  std::vector<ScriptLine> lines = {{"/leave"}};
  for (ScriptLine& line : enter_room()) lines.push_back(std::move(line));
  return lines;
}

std::vector<ScriptLine> Script::next_outside() {
  const std::uint64_t what = random_.below(100);
  if (what < 66) return enter_room();
  if (what < 76) return {{look()}};
  if (what < 80) return {{mistake()}};
  if (what < 84) return {{say()}};  // "Not in any room"
  if (what < 88) return {{create()}};
  if (what < 90) return {{"/leave"}};
  if (what < 92) return quit();
  // Sometimes with somebody else's name, who then is refused in the same room, or refuses us.
  const auto other = static_cast<std::uint32_t>(random_.below(nodes_ * users_per_node));
  const bool borrow = random_.chance(300'000);
  return {{borrow ? fmt::format("/name {}", name_of(other)) : set_name()}};
}

std::vector<ScriptLine> Script::enter_room() {
  const std::uint64_t room = random_.below(rooms_);
  const bool make = random_.chance(trouble_ ? 750'000 : 550'000);
  const Duration after{random_.between(0, 400'000'000)};
  const std::string line = join(room);
  if (!make) return {{line}};
  return {{fmt::format("/create {}", room_name(room))}, {line, false, after}};
}

std::vector<ScriptLine> Script::quit() {
  in_room_ = false;
  const Duration away{random_.between(200'000'000, 2'500'000'000)};
  return {{"/quit"}, {{}, true, away}, {set_name(), false, 100ms}};
}

}  // namespace noex::sim
