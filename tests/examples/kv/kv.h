// A key-value store that is replicated over the nodes of a cluster: a leader, which is found by its
// name, and a majority that has to agree to all that it answers.
//
// A leader begins with an epoch that a majority of the replicas follows: they take nothing of
// earlier leaders any more, and what they had is what it begins with. A put is answered when a
// majority has it. A leader that is one no more (it stood still, or is cut off) does not know it:
// so it answers a get only after a majority has said that it still follows; and whoever is followed
// by none ends, also if two parts of the cluster met and it was this one that kept the name. A
// replica forgets all when its node ends: nodes must not come back.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "noex/runtime/message/call.h"
#include "noex/runtime/message/call_group.h"
#include "noex/runtime/node/node.h"
#include "tests/examples/start_under_name.h"

namespace examples {

struct Put {
  static constexpr auto wire_name = "kv:put";
  using reply = noex::Done;
  std::string key;
  std::string text;
};
struct Get {
  static constexpr auto wire_name = "kv:get";
  using reply = std::optional<std::string>;
  std::string key;
};

// Which put a value is of: later ones win.
struct PutNumber {
  std::uint64_t epoch = 0;
  std::uint64_t number = 0;
  auto operator<=>(const PutNumber&) const = default;
};
struct Entry {
  PutNumber put;
  std::string text;
};
using Entries = std::map<std::string, Entry>;

struct Epoch {
  static constexpr auto wire_name = "kv:epoch";
  using reply = std::uint64_t;  // whom it follows
};
struct Follow {  // rejected: it follows that one, or a later one
  static constexpr auto wire_name = "kv:follow";
  using reply = Entries;
  std::uint64_t epoch = 0;
};
struct Confirm {  // rejected: it follows a later one
  static constexpr auto wire_name = "kv:confirm";
  using reply = noex::Done;
  std::uint64_t epoch = 0;
};
struct TakeEntries {  // rejected: it follows a later one
  static constexpr auto wire_name = "kv:take_entries";
  using reply = noex::Done;
  std::uint64_t epoch = 0;
  Entries entries;
};

class KvReplica final : public noex::Process {
 public:
  using messages = std::tuple<Epoch, Follow, Confirm, TakeEntries>;
  using Process::Process;

  noex::Result<std::uint64_t> on(const Epoch&) { return epoch_; }
  noex::Result<Entries> on(const Follow& follow) {
    if (follow.epoch <= epoch_) return noex::fail(noex::ErrorCode::rejected);
    epoch_ = follow.epoch;
    return entries_;
  }
  noex::Result<noex::Done> on(const Confirm& confirm) {
    if (confirm.epoch != epoch_) return noex::fail(noex::ErrorCode::rejected);
    return noex::Done{};
  }
  noex::Result<noex::Done> on(const TakeEntries& take) {
    if (take.epoch != epoch_) return noex::fail(noex::ErrorCode::rejected);
    merge(entries_, take.entries);
    return noex::Done{};
  }

  static void merge(Entries& all, const Entries& others) {
    for (const auto& [key, entry] : others) {
      Entry& mine = all[key];
      if (mine.put < entry.put) mine = entry;
    }
  }

 private:
  std::uint64_t epoch_ = 0;
  Entries entries_;
};

class KvLeader final : public noex::Process {
 public:
  using messages = std::tuple<Put, Get>;
  using arguments = std::tuple<std::vector<std::string>, bool>;
  static constexpr noex::Duration patience = std::chrono::milliseconds(500);

  // replicas: the names of all. reads_alone: the bug, by which it answers a get by itself.
  KvLeader(noex::Context& context, std::vector<std::string> replicas, bool reads_alone)
      : Process(context), names_(std::move(replicas)), reads_alone_(reads_alone) {}

  noex::task<noex::Result<noex::Done>> on(const Put& put) {
    const bool leads = co_await is_leader();
    if (!leads) {
      exit(noex::ExitReason::shutdown());
      co_return noex::fail(noex::ErrorCode::rejected, "it leads no more");
    }
    Entries change;
    Entry& entry = change[put.key];
    entry.put = next();
    entry.text = put.text;
    const bool taken = co_await replicate(change);
    if (!taken) {
      exit(noex::ExitReason::shutdown());
      co_return noex::fail(noex::ErrorCode::rejected, "it may or may not be done");
    }
    KvReplica::merge(entries_, change);
    co_return noex::Done{};
  }

  noex::task<noex::Result<std::optional<std::string>>> on(const Get& get) {
    const bool leads = co_await is_leader();
    if (!leads) {
      exit(noex::ExitReason::shutdown());
      co_return noex::fail(noex::ErrorCode::rejected, "it leads no more");
    }
    const auto found = entries_.find(get.key);
    if (found == entries_.end()) co_return std::optional<std::string>();
    co_return std::optional<std::string>(found->second.text);
  }

 private:
  // Also asked of one that has not begun. That waits for the first who asks, since a leader is
  // found by its name: whoever tries to get the name, and does not, is no reason to leave the other
  // one.
  noex::task<bool> is_leader() {
    if (last_.epoch == 0) {
      const bool begun = co_await begin();
      co_return begun;
    }
    if (reads_alone_) co_return true;
    const std::vector<noex::Ref> all = replicas();
    const auto followers =
        co_await noex::quorum_within<Confirm>(patience, majority(), all, last_.epoch);
    co_return noex::succeeded(followers) >= majority();
  }
  // False: there is no majority that follows.
  noex::task<bool> begin() {
    const std::vector<noex::Ref> all = replicas();
    const auto epochs = co_await noex::quorum_within<Epoch>(patience, majority(), all);
    for (const noex::Result<std::uint64_t>& epoch : epochs) {
      if (epoch) last_.epoch = std::max(last_.epoch, *epoch);
    }
    ++last_.epoch;
    const auto followers =
        co_await noex::quorum_within<Follow>(patience, majority(), all, last_.epoch);
    if (noex::succeeded(followers) < majority()) co_return false;
    for (const noex::Result<Entries>& follower : followers) {
      if (follower) KvReplica::merge(entries_, *follower);
    }
    // What only some of them had may have been seen by somebody: from now on it is this leader's.
    for (auto& [key, entry] : entries_) entry.put = next();
    const bool taken = co_await replicate(entries_);
    co_return taken;
  }
  std::size_t majority() const { return names_.size() / 2 + 1; }
  PutNumber next() {
    ++last_.number;
    return last_;
  }
  std::vector<noex::Ref> replicas() const {
    std::vector<noex::Ref> found;
    for (const std::string& name : names_) {
      if (const auto replica = node().registry().lookup(name)) found.push_back(*replica);
    }
    return found;
  }
  noex::task<bool> replicate(Entries change) {
    const std::vector<noex::Ref> all = replicas();
    const auto takers = co_await noex::quorum_within<TakeEntries>(patience, majority(), all,
                                                                  last_.epoch, std::move(change));
    co_return noex::succeeded(takers) >= majority();
  }

  const std::vector<std::string> names_;
  const bool reads_alone_;
  PutNumber last_;
  Entries entries_;  // what a majority has
};

// Everything that a node of the cluster runs. Ends with the node.
inline noex::task<void> run_kv_node(noex::Node& node, std::vector<noex::NodeId> cluster,
                                    bool reads_alone) {
  const auto name_of = [](const noex::NodeId& id) { return fmt::format("kv:{}", id.name()); };
  std::vector<std::string> replicas;
  for (const noex::NodeId& id : cluster) replicas.push_back(name_of(id));
  co_await start_under_name<KvReplica>(node, name_of(node.id()));
  co_await stand_for_name<KvLeader>(node, "kv", replicas, reads_alone);
}

}  // namespace examples
