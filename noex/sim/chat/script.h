// Script: one session's lines, drawn one after the other; it remembers what the user meant to do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "noex/transport/base/random.h"
#include "noex/transport/base/time.h"

namespace noex::sim {

// "general", ..., and after room_names of them "general2", ...
inline constexpr std::uint64_t room_names = 6;
std::string room_name(std::uint64_t room);

struct ScriptLine {
  std::string text;
  bool opens = false;  // no line: a new session, after /quit
  Duration after{0};   // since the line before it
};

class Script {
 public:
  // seat: the user's number in the cluster. rooms: how many of the names are in use. trouble: the
  // user may lose a room without leaving it, and rooms may be lost.
  Script(std::uint32_t nodes, std::uint32_t seat, std::uint64_t rooms, bool trouble, Random random);

  std::string set_name();
  std::string join(std::uint64_t room);
  // The next thing that the user does: one line, or a few.
  std::vector<ScriptLine> next();

 private:
  std::vector<ScriptLine> next_in_room();
  std::vector<ScriptLine> next_outside();
  std::vector<ScriptLine> enter_room();
  std::vector<ScriptLine> quit();
  std::string create();
  std::string say();
  std::string look();
  std::string mistake();

  const std::uint32_t nodes_;
  const std::uint32_t seat_;
  const std::uint64_t rooms_;
  const bool trouble_;
  Random random_;
  bool in_room_ = false;
  std::uint64_t said_ = 0;
};

}  // namespace noex::sim
