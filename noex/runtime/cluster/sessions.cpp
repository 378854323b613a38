#include "noex/runtime/cluster/sessions.h"

#include <algorithm>
#include <string>

#include "noex/transport/base/check.h"

namespace noex {

Session& Sessions::add(std::unique_ptr<Connection> connection, Handshake handshake,
                       Instant deadline) {
  const SessionSerial serial = ++last_;
  handshakes_.emplace(deadline, serial);
  auto& session = sessions_[serial];
  session = std::make_unique<Session>(handler_, serial, std::move(connection), loop_, options_,
                                      std::move(handshake), deadline);
  return *session;
}

Session* Sessions::find(SessionSerial serial) const {
  const auto found = sessions_.find(serial);
  return found != sessions_.end() ? found->second.get() : nullptr;
}

std::unique_ptr<Session> Sessions::release(Session& session) {
  end_handshake(session);
  auto taken = sessions_.extract(session.serial());
  NOEX_CHECK(!taken.empty(), "session {}", session.serial().value());
  return std::move(taken.mapped());
}

void Sessions::bury(Session& session) {
  std::unique_ptr<Session> ended = release(session);
  ended->abort();
  refusals_ += ended->refusals();
  graveyard_.bury(std::move(ended));
}

void Sessions::end_handshake(const Session& session) {
  handshakes_.erase({session.deadline(), session.serial()});
}

Instant Sessions::next_deadline() const {
  return handshakes_.empty() ? Instant::max() : handshakes_.begin()->first;
}

std::vector<SessionSerial> Sessions::late(Instant now) const {
  std::vector<SessionSerial> late;
  for (const auto& [deadline, serial] : handshakes_) {
    if (deadline > now) break;
    late.push_back(serial);
  }
  return late;
}

std::vector<Session*> Sessions::pending() const {
  std::vector<Session*> pending;
  for (const auto& [serial, session] : sessions_) {
    if (!session->established()) pending.push_back(session.get());
  }
  return pending;
}

std::size_t Sessions::strangers() const {
  return static_cast<std::size_t>(std::ranges::count_if(handshakes_, [this](const auto& item) {
    return !sessions_.at(item.second)->handshake().is_dialer();
  }));
}

Session* Sessions::most_dispensable_stranger() const {
  std::map<std::string, std::size_t> waiting;
  const auto for_each = [this](auto&& visit) {
    for (const auto& [deadline, serial] : handshakes_) {
      Session& session = *sessions_.at(serial);
      if (!session.handshake().is_dialer()) visit(session, session.address().host);
    }
  };
  for_each([&](Session&, const std::string& host) { ++waiting[host]; });
  Session* found = nullptr;
  std::pair<std::size_t, bool> best;
  for_each([&](Session& session, const std::string& host) {  // the oldest first
    const std::pair rank(waiting[host], !session.handshake().has_hello());
    if (found != nullptr && rank <= best) return;
    found = &session;
    best = rank;
  });
  return found;
}

Session* Sessions::promised_to(const NodeId& peer) const {
  for (const auto& [deadline, serial] : handshakes_) {
    Session& session = *sessions_.at(serial);
    if (session.handshake().promised() && session.hello().from == peer) return &session;
  }
  return nullptr;
}

std::uint64_t Sessions::refusals() const {
  std::uint64_t sum = refusals_;
  for (const auto& [serial, session] : sessions_) sum += session->refusals();
  return sum;
}

}  // namespace noex
