// The lines that the user entered in earlier sessions, in a file that only he can read. Bounded.
//
// Read before the node starts and written after it has left: nothing waits for a disk meanwhile.
// Several nodes may share the file: each appends what was entered there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace noex::chat {

// Where it is, from the variables XDG_STATE_HOME and HOME (null: not set). Empty: nowhere.
std::string history_path(const char* state_home, const char* home);

// The oldest first. What cannot be read is no history.
std::vector<std::string> load_history(const std::string& path);

// Appends, and makes the folders that are missing. What cannot be written is lost.
void save_history(const std::string& path, const std::vector<std::string>& lines);

}  // namespace noex::chat
