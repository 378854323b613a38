// Completion: what can stand where the cursor is. Pure: knows the names that it is given.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace noex::chat {

struct KnownNames {
  std::vector<std::string> rooms;
  std::vector<std::string> nodes;  // names and full ids
  std::vector<std::string> users;
};

struct Completion {
  std::string insertion;                // at the cursor: what all candidates have in common
  std::vector<std::string> candidates;  // to be listed, if nothing was inserted
};

// `before`: the line up to the cursor. Commands, then what each of them takes; users in texts.
Completion complete(std::string_view before, const KnownNames& names);

}  // namespace noex::chat
