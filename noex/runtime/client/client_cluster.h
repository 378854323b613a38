// ClientCluster: the Cluster of a client: one connection to one member, and links through it.
//
// A Link here is not a connection but a way through the member to one incarnation of a node; all of
// them end with the connection. So everything that is written for links (calls, monitors, spawns,
// who waits for room) serves a client unchanged. Owns the connection, when and where it is made
// again, and what the client's processes are called by others. docs/PROTOCOL.md, "Clients".
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "noex/runtime/client/client.h"
#include "noex/runtime/cluster/cluster.h"
#include "noex/transport/base/lifeline.h"
#include "noex/transport/channel.h"
#include "noex/transport/client_handshake.h"

namespace noex {

// What its owner is told; always from a turn of its own.
class ClientEvents {
 public:
  virtual ~ClientEvents() = default;
  virtual void on_connected(const Incarnation& member) = 0;
  // After all that hung on the connection was told.
  virtual void on_disconnected(const Incarnation& member, std::string_view why) = 0;
  virtual void on_unreachable(const Address& member, ErrorCode why) = 0;
  // A process of this client.
  virtual bool is_alive(ProcessId process) const = 0;
};

class ClientCluster final : public Cluster, private ChannelHandler {
 public:
  ClientCluster(const ClientConfig& config, Incarnation self, Loop& loop, Network& network,
                Random random, Log& log, ClusterHandler& handler, ClientEvents& events);
  ~ClientCluster() override;

  // nullptr: connected to none.
  const Incarnation* member() const { return channel_up_ ? &member_ : nullptr; }
  ProcessId desk() const { return desk_; }
  // What the member was asked for last; empty when the connection is lost.
  void set_members(std::vector<Member> members) { members_ = std::move(members); }
  void to_outside(Ref& ref);
  void to_inside(Ref& ref) const;

  // --- Cluster ---
  Result<void> start() override;
  void leave(Task done) override;
  Link* find(const NodeId& id, Boot boot) const override;
  Link* open(const NodeId& id, Boot boot) override;
  void registry_known(const Incarnation&) override {}
  std::vector<Member> members() const override { return members_; }
  bool is_wanted(const NodeId&) const override { return false; }
  bool is_up(const Incarnation& node) const override { return up_boot(node.id) == node.boot; }
  Boot up_boot(const NodeId& id) const override;
  bool settled() const override { return channel_up_ && !members_.empty(); }
  std::uint64_t overload_refusals() const override { return 0; }
  bool shares_registry() const override { return false; }
  void on_process_ended(ProcessId process, const ExitReason& reason) override;

 private:
  class Way;  // the Link

  // --- The connection ---
  const Address& address() const { return config_.members[next_ % config_.members.size()]; }
  void dial();
  void on_dialled(Result<std::unique_ptr<Connection>> result);
  void greet(std::unique_ptr<Connection> connection);
  void on_welcome(ByteView payload);
  void try_next(ErrorCode why);
  Duration pause();
  void disconnect(std::string_view why);
  void drop_channel();
  void end_leave();
  void ping();
  void look_for_pong();

  // --- ChannelHandler ---
  void on_control(ByteView payload) override;
  void on_data(ByteView message) override;
  void on_room() override;
  void on_end(ChannelEnd end, std::string_view why) override;

  Way& way_to(const Incarnation& node);
  void drop_idle_ways();

  const ClientConfig& config_;
  const Incarnation self_;
  Loop& loop_;
  Network& network_;
  Random random_;
  Log& log_;
  ClusterHandler& handler_;
  ClientEvents& events_;

  std::size_t next_ = 0;      // which address is tried, or connected
  std::size_t failures_ = 0;  // in a row
  std::unique_ptr<Dial> dial_;
  std::unique_ptr<Channel> channel_;
  std::unique_ptr<Channel> ended_;  // it may be on the stack
  bool channel_up_ = false;         // welcome
  bool started_ = false;
  bool leaving_ = false;
  Task left_;  // while it leaves: who is told
  Incarnation member_;
  ProcessId base_ = 0;
  ProcessId desk_ = 0;
  Instant connected_at_{};
  Instant pinged_at_{};
  std::uint64_t pings_ = 0;
  Timer timer_;  // of the next dial, or the handshake, or the next ping, or its answer
  std::vector<Member> members_;
  std::map<Incarnation, std::unique_ptr<Way>> ways_;
  LinkSerial last_way_;
  std::map<ProcessId, ProcessId> shown_;  // a process's own id -> what others call it
  std::vector<ProcessId> by_number_;      // the n-th shown, from 1
  Lifeline lifeline_;
};

}  // namespace noex
