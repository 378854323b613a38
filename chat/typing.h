// Typing: what the user is about to say: the line, a search in the history, a paste that waits for
// a yes, a first Ctrl-C. What he does goes in; lines that he has finished come out.
//
// Knows no screen and no descriptor. What is pasted is text and never a command: a line whose
// command word was pasted, wherever and however it came to stand in front, is entered as /msg, so
// that a "/quit" in it is at most said. So all command words that were pasted since the last line
// was finished are remembered, and those from before for when they are put back (Ctrl-Y).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "chat/completion.h"
#include "chat/keys.h"
#include "chat/line_editor.h"

namespace noex::chat {

struct TypingEvents {
  std::function<void(std::string)> on_line;  // to be run
  std::function<void()> on_end;              // the user wants to go
  std::function<void(std::string)> on_echo;  // a finished line, as it stood on the screen
  std::function<void(std::string)> on_hint;  // a line for the user
  std::function<void()> on_clear_screen;
  std::function<KnownNames()> names;  // for completion
};

class Typing {
 public:
  static constexpr std::size_t pasted_lines_max = 5;  // more are sent only after a yes

  Typing(std::unique_ptr<LineEditor> editor, TypingEvents events);

  // False from the moment on that the user wants to go.
  bool on_event(const KeyEvent& event);

  std::u32string prompt() const;
  // The line, or the answer while there is a question.
  std::u32string_view text() const { return question_ ? question_->answer : editor_->text(); }
  std::size_t cursor() const { return question_ ? question_->answer.size() : editor_->cursor(); }

  LineEditor& editor() { return *editor_; }
  // Those that were entered here, the oldest first.
  const std::vector<std::string>& entered() const { return entered_; }

 private:
  // Ctrl-R: the latest line that holds `query`, then older ones.
  struct Search {
    std::u32string query;
    std::u32string before;  // the line, if nothing comes of it
    std::vector<std::string> lines;
    std::size_t end = 0;  // the match is older than this
    bool found = true;
  };
  // Whether to send all that was pasted: y or n, or the whole word, and Enter.
  struct Question {
    std::vector<std::string> lines;
    std::u32string answer = {};
  };

  void on_text(std::u32string_view text);
  void on_key(const std::string& key);
  void on_paste(const KeyEvent& event);
  void on_control(char key);
  void on_answer(std::u32string_view text);
  // True: the key was for the question.
  bool answer_key(const std::string& key);
  void answer(bool yes);
  void send(const std::vector<std::string>& lines);
  void interrupt();
  void finish();
  void clear();
  void enter(std::string line);
  void insert(std::u32string_view text);
  void remember_pasted(std::string_view text);
  bool was_pasted(std::string_view word) const;
  void watch_recalled();
  void complete_word();
  void begin_search();
  void search(std::size_t end);
  // True: the key was for the search.
  bool search_key(const std::string& key);

  std::unique_ptr<LineEditor> editor_;
  const TypingEvents events_;
  std::vector<std::string> entered_;
  std::optional<Search> search_;
  std::optional<Question> question_;
  std::set<std::string_view> pasted_commands_;  // since the last line was finished
  std::set<std::string_view> former_commands_;  // before that: they can be put back
  std::string pasted_word_;                     // "/etc/hosts": the last that began a paste
  std::string pasted_end_;                      // so that a word may come in several pastes
  bool interrupted_ = false;                    // by a first Ctrl-C on an empty line
  bool told_of_bound_ = false;                  // for this line
  bool ended_ = false;
};

}  // namespace noex::chat
