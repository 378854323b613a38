// Search: every state that a small cluster can reach in so many steps, each looked at once.
//
// Breadth first, so that the first counterexample is a shortest one. A state is known by the hash
// of its encoding: peers (by the digests of their cores and of what the checks remember), both ends
// of all links with the messages on their way, and what may still happen. Two of some million
// states share 64 bits with a chance of less than one in a hundred thousand.
// From each state it also follows one fair course without further faults, which has to end with
// equal views; courses meet soon, so that this costs little.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/explore/world.h"

namespace noex::explore {

// Open addressing, for hashes only: a fifth of the memory of a standard set.
class HashSet {
 public:
  HashSet() : slots_(std::size_t{1} << 16) {}
  bool insert(std::uint64_t hash);  // false: it was there
  bool contains(std::uint64_t hash) const;
  std::size_t size() const { return size_; }

 private:
  std::size_t place(std::uint64_t hash) const;

  std::vector<std::uint64_t> slots_;  // 0: free
  std::size_t size_ = 0;
};

struct Scope {
  std::string name;
  std::size_t nodes = 2;
  bool all_seeds = true;
  std::size_t depth = 0;  // steps from the root; all orders of so many events
  Budget budget;
  bool bad_link = false;  // as Search::bad_link()
};

struct Outcome {
  std::size_t states = 0;
  std::size_t transitions = 0;
  std::size_t peers = 0;           // distinct states of one node
  std::size_t depth = 0;           // the last one that was explored completely
  bool exhausted = false;          // nothing is left to explore at any depth
  std::string problem;             // empty: none
  std::vector<std::string> steps;  // that lead to it

  std::string text(const Scope& scope) const;
};

class Search {
 public:
  explicit Search(const Scope& scope);
  ~Search();
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  // Prepares the root: everybody linked and up (else: they have just started).
  void warm_up();
  // Prepares the root: both sides of a split have registered the name, and may meet again.
  void split();
  // Prepares the root: the way between the first two is cut for good, and the others still hear
  // both.
  void bad_link();

  Outcome run();
  // The steps that lead to where the search is now.
  std::vector<std::string> steps();

 private:
  struct Origin {
    std::uint32_t parent = 0;
    std::uint16_t choice = 0;
  };

  bool expand(std::uint32_t number, const Bytes& state);
  bool converges(World world);
  bool resolves(World world);
  bool found(std::string problem);
  // The next step of the fair course; false: all is quiet.
  bool follow(World& world, std::string& wrong);
  void settle_root();
  void deliver_all();
  void must(const std::string& wrong) const;

  Scope scope_;
  Store store_;
  World root_;
  HashSet visited_;
  HashSet converging_;
  std::vector<Origin> origins_;
  std::vector<Bytes> next_;
  Outcome outcome_;
  std::uint32_t at_ = 0;
  std::vector<std::string> tail_;  // steps beyond the state at_
};

}  // namespace noex::explore
