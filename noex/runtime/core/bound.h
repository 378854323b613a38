// Bound: a reference from one part of a whole to another that stays as it is when the part is
// assigned.
//
// So a whole whose parts refer to one another is copied with no more than this: the copy makes its
// own parts, bound to each other, and assigns the state of the original's to them.
#pragma once

namespace noex {

template <class T>
class Bound {
 public:
  Bound(T& target) : target_(target) {}
  Bound(const Bound&) = delete;  // it would refer to the original's
  Bound& operator=(const Bound&) { return *this; }

  T& operator*() const { return target_; }
  T* operator->() const { return &target_; }

 private:
  T& target_;
};

}  // namespace noex
