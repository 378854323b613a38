// Interrupts: Ctrl-C, and the other signals that ask a program to end, as something to look at.
//
// From its construction on they end nothing by themselves: a run says what it has come to, and
// then ends. A child that is forked meanwhile inherits that, and sees what is sent to itself.
#pragma once

#include <signal.h>

namespace noex::sim {

class Interrupts {
 public:
  Interrupts();
  ~Interrupts();  // as before; one that has come is used up
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  // One has come. Stays true.
  bool came() const;
  // Becomes readable when one comes: for poll().
  int file() const { return file_; }
  // Uses up the one that has come, and says which it was (0: none): the next one ends this process.
  int let_next_one_end();

 private:
  sigset_t before_{};
  int file_ = -1;
};

// In a child, right after fork(): it ends with `parent`, however that one ends.
void end_with_parent(int parent);

}  // namespace noex::sim
