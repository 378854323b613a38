// ClusterCore: the Cluster. Carries out what Membership decides, and tells it what happened.
//
// What the owner has to be told waits in a queue until the event's own work is done (deliver), so
// that the owner finds everything as it will be, and never hears of one thing inside another.
// Owns the listener, the dials, every session and every link; one timer for all that is due. It is
// cut in four files by subject: cluster.cpp (life, time, actions), cluster_handshake.cpp (dials,
// whom to accept), cluster_links.cpp (what comes over links, and their end), cluster_demand.cpp
// (links that are opened when they are needed, and given up when not).
// Sessions and links that ended are kept until the turn is over, since they may have called.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/cluster/peer_link.h"
#include "noex/runtime/cluster/session.h"
#include "noex/runtime/core/node_map.h"
#include "noex/runtime/membership/control.h"
#include "noex/runtime/membership/membership.h"
#include "noex/transport/base/lifeline.h"

namespace noex {

class ClusterCore final : public Cluster, private SessionOwner {
 public:
  ClusterCore(ClusterConfig config, Loop& loop, Network& network, Random random, HybridClock& clock,
              Log& log, ClusterHandler& handler);

  Result<void> start() override;
  void leave(Task done) override;
  Link* find(const NodeId& id, Boot boot) const override;
  Link* open(const NodeId& id, Boot boot) override;
  void registry_known(const Incarnation& node) override;
  std::vector<Member> members() const override;
  bool is_wanted(const NodeId& node) const override { return membership_.is_wanted(node); }
  bool is_up(const Incarnation& node) const override;
  Boot up_boot(const NodeId& id) const override;
  bool settled() const override { return membership_.settled(); }
  std::uint64_t overload_refusals() const override;

 private:
  // A connection that this node makes to `id`.
  struct Outgoing {
    std::unique_ptr<Dial> dial;  // until it is connected, then
    Session* session = nullptr;  // owned by sessions_
    Instant spoke{};             // when it said Hello
    bool again = false;          // a link was opened since: if nobody answers, dial once more
    std::optional<Instant> waits_until;  // accepted, but the peer's own dial may go first
  };
  // Is the holder of a joiner's name alive? The joiner's session waits for the answer.
  struct Probe {
    NodeId holder;
    std::uint64_t number = 0;
    Instant deadline;
  };

  // What the owner is to be told.
  struct LinkUp {
    PeerLink* link;
  };
  struct LinkDown {
    PeerLink* link;
  };
  struct LinkReopened {
    PeerLink* link;
  };
  struct LinkWritable {
    PeerLink* link;
  };
  struct NodeUp {
    Incarnation node;
  };
  struct NodeDown {
    Incarnation node;
    DownReason reason;
  };
  using Event = std::variant<LinkUp, LinkDown, LinkReopened, LinkWritable, NodeUp, NodeDown>;

  // --- Time and actions (cluster.cpp) ---
  void on_timer();
  void arm();
  void post_settle();
  void settle();
  void run_actions();
  void deliver();
  void tell(const LinkUp& event);
  void tell(const LinkDown& event) { handler_.on_link_down(*event.link); }
  void tell(const LinkReopened& event);
  void tell(const LinkWritable& event) { handler_.on_writable(*event.link); }
  void tell(const NodeUp& event) { handler_.on_node_up(event.node); }
  void tell(const NodeDown& event) { handler_.on_node_down(event.node, event.reason); }
  void begin(PeerLink& link);
  void run(const StartDial& action);
  void run(const StopDial& action);
  void run(const CloseLink& action);
  void run(const AnnounceUp& action);
  void run(const AnnounceDown& action);
  void run(const SendHeartbeat& action);
  void run(const SendTable& action);
  void run(const SendPing& action);
  void run(const SendPingRequest& action);
  void run(const AnswerPingRequest& action);
  void run(const TellChange& action);
  void run(const TellVerdict& action);
  void run(const BootTooLow& action);
  void run(const TableFull& action);
  void begin_leave();
  void drop_pending();
  void finish_leave();
  void send_control(const NodeId& to, const ControlMessage& message);
  bool quiet() const { return leaving_ || halted_; }
  // This node leaves, and what waits for a link to that node shall still go over it.
  bool drains_to(const NodeId& id) const { return leaving_ && !halted_ && openings_.contains(id); }
  bool is_over() const { return links_.empty() && openings_.empty(); }
  void say_leave(Session& session);

  // --- Dials and handshakes (cluster_handshake.cpp) ---
  void on_connection(std::unique_ptr<Connection> connection);
  Session* most_dispensable_stranger();
  void on_dialled(const NodeId& id, Instant deadline, Result<std::unique_ptr<Connection>> result);
  // why: for people.
  void fail_dial(NodeId id, DialFailure failure, ErrorCode why = ErrorCode::timeout);
  bool is_seed(const NodeId& id) const;
  void tell_of_seed(const NodeId& id, DialFailure failure, ErrorCode why);
  void drop_dial(const NodeId& id);
  Session& add_session(std::unique_ptr<Connection> connection, Handshake handshake,
                       Instant deadline);
  void expire_handshakes();
  void expire(SessionSerial serial);
  void on_hello(Session& session) override;
  std::optional<Refusal> judge(const Hello& hello) const;
  bool is_welcome(const Incarnation& peer, Boot told) const;
  bool believes_of_itself(Boot boot, const NodeId& teller);
  Boot boot_believed_max() const;
  bool probe_namesake(Session& session);
  void judge_dials(Session& session);
  Session* promised_to(const NodeId& peer);
  void end_wait(const NodeId& peer);
  void answer(Session& session, Refusal refusal, std::optional<NodeId> holder = std::nullopt);
  void end_probe(SessionSerial serial);
  bool on_pong(const NodeId& from, std::uint64_t number);
  void end_probes_of(const NodeId& holder);
  void on_accepted(Session& session) override;
  bool proves(Session& session);
  bool starts_above(const HelloAck& ack);
  void on_refused(Session& session) override;
  DialFailure failure_of(const NodeId& id, const HelloAck& ack);
  DialFailure silence_of(const Session& dialer) const;
  void warn_stranger(const NodeId& expected, const NodeId& found);
  void warn_of(const NodeId& id, std::string text);
  void on_established(Session& session) override;

  // --- Links (cluster_links.cpp) ---
  void on_control(Session& session, ByteView payload) override;
  void on_message(Session& session, const Heartbeat& message);
  void on_message(Session& session, const Table& message);
  void on_message(Session& session, const Ping& message);
  void on_message(Session& session, const Pong& message);
  void on_message(Session& session, const PingRequest& message);
  void on_message(Session& session, const Nack& message);
  void on_message(Session& session, const Release& message);
  void on_message(Session& session, const ReleaseAck& message);
  void on_message(Session& session, const Leave& message);
  void on_message(Session& session, const LeaveAck& message);
  void on_data(Session& session, ByteView message) override;
  void on_room(Session& session) override;
  void on_session_end(Session& session, ChannelEnd end, std::string_view why) override;
  void on_pending_end(Session& session, ErrorCode why);
  Incarnation peer_of(const Session& session) const;
  std::string name_of(const Session& session) const;
  void break_link(Session& session, std::string_view why);
  void drop_link(Session& session, bool in_order);
  void stand(Session& session);
  void bury(Session& session);
  ClockReading clock_reading() const;
  void merge(Session& session, const ClockReading& clock);

  // --- Links on demand (cluster_demand.cpp) ---
  void drop_opening(const NodeId& id);
  void drop_openings(Instant until);
  void release_idle(Instant now);
  void reopen(PeerLink& link, Session& session);
  void end_link(const NodeId& id);
  void reap();

  const ClusterConfig config_;
  const Incarnation self_;
  Loop& loop_;
  Network& network_;
  HybridClock& clock_;
  Log& log_;
  ClusterHandler& handler_;

  Membership membership_;
  std::map<SessionSerial, std::unique_ptr<Session>> sessions_;  // by serial
  std::set<std::pair<Instant, SessionSerial>> handshakes_;      // deadline, serial: not over yet
  NodeMap<Session*> links_;                                     // those established
  std::map<NodeId, std::unique_ptr<PeerLink>> peers_;           // what the owner was told of
  std::map<NodeId, Instant> openings_;                          // those that have no session yet
  std::map<NodeId, Outgoing> dials_;
  std::map<SessionSerial, Probe> probes_;   // by the joiner's session
  NodeMap<Boot> up_;                        // what the owner was told
  std::map<NodeId, std::string> warnings_;  // the last one of each node, not said again
  std::vector<std::unique_ptr<Session>> buried_;
  std::vector<std::unique_ptr<PeerLink>> buried_links_;
  std::deque<Event> events_;  // not told yet; links in it are in peers_ or buried_links_

  NodeId teller_;  // whose control message, or handshake, is looked at
  SessionSerial last_serial_;
  LinkSerial last_link_;
  std::uint64_t refusals_ = 0;  // of sessions that ended
  Instant next_release_{};      // when links that nobody uses are looked for
  std::optional<Instant> leave_deadline_;
  Task leave_done_;
  bool started_ = false;
  bool leaving_ = false;
  bool halted_ = false;  // the boot is too low: nothing more happens
  bool name_refused_ = false;
  bool told_waits_ = false;         // that it has to wait before it starts again
  std::set<NodeId> seeds_reached_;  // that a link has stood to
  bool told_settled_ = false;       // what the owner was told last
  bool telling_ = false;
  bool settle_posted_ = false;
  bool reap_posted_ = false;

  std::unique_ptr<Listener> listener_;
  Timer timer_;
  Instant armed_{};
  Lifeline lifeline_;
};

}  // namespace noex
