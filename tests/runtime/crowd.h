// Crowd: many Memberships, wired by a queue of messages; for what only shows in large clusters.
//
// Owns the cores, the links between them and one queue of events; plays the Cluster of each as far
// as Membership sees it. Knows no bytes and no handshakes; a link is made or fails at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "noex/runtime/membership/membership.h"

namespace noex {

class Crowd {
 public:
  explicit Crowd(std::size_t nodes);

  // Everybody's seeds are the first node and the one before.
  void start_all();
  void start(std::size_t node);
  void crash(std::size_t node);      // who dials it is refused
  void power_off(std::size_t node);  // nothing is heard of it
  void cut(std::size_t from, std::size_t to) { cuts_.insert({from, to}); }
  void heal_all() { cuts_.clear(); }
  void run(Duration time);
  // Links that neither end should have are given up.
  void release_idle();

  std::size_t size() const { return nodes_.size(); }
  bool runs(std::size_t node) const { return nodes_[node].core != nullptr; }
  Membership& core(std::size_t node) { return *nodes_[node].core; }
  const std::map<NodeId, Boot>& up(std::size_t node) const { return nodes_[node].up; }
  std::size_t downs(std::size_t node) const { return nodes_[node].downs; }
  const NodeId& id(std::size_t node) const { return nodes_[node].id; }
  std::size_t links(std::size_t node) const { return nodes_[node].links.size(); }
  // What is wrong with these nodes' views of each other; nothing if all is well.
  std::string disagreement(const std::vector<std::size_t>& members);
  std::vector<std::size_t> running() const;
  // Control bytes sent since the last call.
  std::uint64_t take_bytes() { return std::exchange(bytes_, 0); }
  void count_bytes() { counts_bytes_ = true; }

  Options options;
  Instant now{};

 private:
  struct Node {
    NodeId id;
    Boot boot = 0;
    std::unique_ptr<Membership> core;
    std::map<std::size_t, std::uint64_t> links;  // serial
    std::set<std::size_t> dials;
    std::map<NodeId, Boot> up;
    std::size_t downs = 0;
    bool silent = false;  // it lost its power
    Instant deadline = Instant::max();
  };

  std::size_t index_of(const NodeId& id) const { return id.port() - 1U; }
  bool reaches(std::size_t from, std::size_t to) const;
  void after(Duration delay, std::function<void()> event);
  void touch(std::size_t node);
  void settle(std::size_t node);
  void dial(std::size_t from, std::size_t to);
  void fail_dial(std::size_t from, std::size_t to, DialFailure failure);
  void unlink(std::size_t node, std::size_t other);
  template <class Handle>
  void send(std::size_t from, const NodeId& to, const ControlMessage& message, Handle handle);
  void end(std::size_t node, bool silent);

  void run(std::size_t node, const StartDial& action);
  void run(std::size_t node, const StopDial& action);
  void run(std::size_t node, const CloseLink& action);
  void run(std::size_t node, const AnnounceUp& action);
  void run(std::size_t node, const AnnounceDown& action);
  void run(std::size_t node, const SendHeartbeat& action);
  void run(std::size_t node, const SendTable& action);
  void run(std::size_t node, const SendPing& action);
  void run(std::size_t node, const SendPingRequest& action);
  void run(std::size_t node, const AnswerPingRequest& action);
  void run(std::size_t node, const TellChange& action);
  void run(std::size_t, const TellVerdict&) {}
  void run(std::size_t, const BootTooLow&) {}
  void run(std::size_t, const TableFull&) {}

  std::vector<Node> nodes_;
  std::multimap<Instant, std::function<void()>> events_;
  std::set<std::pair<Instant, std::size_t>> deadlines_;
  std::set<std::pair<std::size_t, std::size_t>> cuts_;
  std::uint64_t last_link_ = 0;
  Boot last_boot_ = 100;
  std::uint64_t bytes_ = 0;
  bool counts_bytes_ = false;
};

}  // namespace noex
