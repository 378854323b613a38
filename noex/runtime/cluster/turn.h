// Turn: what a part of a Cluster asks for when it has changed something: what follows from it.
#pragma once

namespace noex {

class Turn {
 public:
  virtual ~Turn() = default;

  // Does what membership wants, and tells the owner what is to be told.
  virtual void run_actions() = 0;
  // The same at the end of an event: all that follows from it.
  virtual void settle() = 0;
  // Only a deadline has changed.
  virtual void arm() = 0;
};

}  // namespace noex
