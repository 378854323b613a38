#include "noex/runtime/remote/calls.h"

#include <utility>

#include "noex/runtime/message/ref.h"
#include "noex/runtime/process/guests.h"
#include "noex/runtime/remote/wire.h"
#include "noex/transport/base/check.h"

namespace noex {

namespace {

// Of 31 bits: the uppermost of an id says that the call is relayed.
constexpr std::uint32_t generation_max = 0x7fffffff;

constexpr CallId make_id(std::uint32_t generation, std::size_t slot) {
  return (CallId{generation} << 32) | slot;
}

}  // namespace

Calls::Calls(Loop& loop, const Options& options, Waker& waker, Flow& flow, Observer& observer)
    : loop_(loop), options_(options), waker_(waker), flow_(flow), observer_(observer) {}

Calls::~Calls() {
  for (Slot& slot : slots_) {
    if (slot.call == nullptr) continue;
    slot.call->id = 0;
    loop_.cancel_timer(slot.timer);
  }
}

Result<void> Calls::start(PendingCall& call, const Ref& to, LinkSerial link, Duration timeout) {
  if (pending_ >= options_.calls_max) return fail(ErrorCode::overloaded, "calls_max");
  std::size_t index = slots_.size();
  if (free_.empty()) {
    slots_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Slot& slot = slots_[index];
  const CallId id =
      make_id(slot.generation, index) | (call.is_relayed() ? wire::relayed_call_bit : 0);
  const Instant deadline = loop_.now() + timeout;
  slot.call = &call;
  slot.link = link;
  slot.to = to.process();
  slot.timer = loop_.start_timer(
      deadline, [this, id, link] { on_error(id, link, Error{ErrorCode::timeout, {}}); });
  call.id = id;
  if (!call.is_relayed()) call.waiting = waker_.waiting(call.waiting.handle);
  ++pending_;
  if (link) by_link_.add(link, index);
  observer_.on_call_started(id, to, deadline);
  return {};
}

Calls::Slot* Calls::match(CallId id, LinkSerial link) {
  const std::size_t index = id & 0xffffffff;
  if (index < slots_.size()) {
    Slot& slot = slots_[index];
    if (slot.call != nullptr && slot.call->id == id && slot.link == link) return &slot;
  }
  observer_.on_late_reply(id);
  return nullptr;
}

// What was not sent can't have been answered.
Calls::Slot* Calls::match_answer(CallId id, LinkSerial link) {
  Slot* slot = match(id, link);
  return slot != nullptr && slot->waiting == 0 ? slot : nullptr;
}

// Frees the slot; from here on nobody else can end this call.
PendingCall& Calls::take(Slot& slot, CallId answered, ErrorCode code) {
  PendingCall& call = *std::exchange(slot.call, nullptr);
  observer_.on_reply_delivered(answered, call.id);
  observer_.on_call_ended(call.id, code);
  loop_.cancel_timer(std::exchange(slot.timer, 0));
  if (slot.waiting != 0) flow_.forget(slot.link, std::exchange(slot.waiting, 0));
  slot.generation = slot.generation % generation_max + 1;
  const auto index = static_cast<std::uint32_t>(call.id & 0xffffffff);
  free_.push_back(index);
  --pending_;
  by_link_.remove(slot.link, index);
  call.id = 0;
  return call;
}

void Calls::wake(PendingCall& call) {
  if (call.waiting.handle) waker_.wake(call.waiting);
}

Calls::Slot& Calls::slot_of(const PendingCall& call) {
  const std::size_t index = call.id & 0xffffffff;
  NOEX_CHECK(index < slots_.size() && slots_[index].call == &call);
  return slots_[index];
}

void Calls::set_waiting(const PendingCall& call, Flow::Ticket ticket) {
  slot_of(call).waiting = ticket;
}

bool Calls::is_waiting(const PendingCall& call) {
  return slot_of(call).waiting != 0;
}

Calls::Target Calls::abandon(PendingCall& call, ErrorCode code) {
  Slot& slot = slot_of(call);
  const Target target{call.id, slot.to, slot.link, slot.waiting == 0};
  take(slot, call.id, code);
  return target;
}

bool Calls::on_reply(CallId id, LinkSerial link, Decoder& bytes) {
  Slot* slot = match_answer(id, link);
  if (slot == nullptr) return true;
  if (!slot->call->complete_bytes(bytes)) {
    if (!is_guest(slot->to)) return false;
    on_error(id, link, Error{ErrorCode::reply_lost, "the answer is malformed"});
    return true;
  }
  wake(take(*slot, id, ErrorCode::ok));
  return true;
}

void Calls::on_reply_error(CallId id, LinkSerial link, Error error) {
  if (match_answer(id, link) != nullptr) on_error(id, link, std::move(error));
}

void Calls::on_error(CallId id, LinkSerial link, Error error) {
  Slot* slot = match(id, link);
  if (slot == nullptr) return;
  PendingCall& call = take(*slot, id, error.code);
  call.complete_error(std::move(error));
  wake(call);
}

void Calls::on_value(CallId id, void* result) {
  Slot* slot = match(id, LinkSerial());
  if (slot == nullptr) return;
  PendingCall& call = take(*slot, id, ErrorCode::ok);
  call.complete_value(result);
  wake(call);
}

void Calls::on_link_down(LinkSerial link) {
  const auto lost = by_link_.of(link);
  for (const std::size_t index : lost) {
    const Slot& slot = slots_[index];
    const bool unsent = slot.waiting != 0;  // it waited for room: nobody can have it
    const ErrorCode code = unsent ? ErrorCode::unreachable : ErrorCode::noconnection;
    on_error(slot.call->id, link, Error{code, {}});
  }
}

void Calls::check_invariants() const {
  std::size_t pending = 0;
  std::size_t linked = 0;
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    const Slot& slot = slots_[index];
    if (slot.call == nullptr) continue;
    ++pending;
    const CallId relayed = slot.call->is_relayed() ? wire::relayed_call_bit : 0;
    NOEX_CHECK(slot.call->id == (make_id(slot.generation, index) | relayed), "slot {}", index);
    if (!slot.link) continue;
    ++linked;
    NOEX_CHECK(by_link_.contains(slot.link, index), "slot {}, link {}", index, slot.link.value());
  }
  NOEX_CHECK(pending == pending_ && pending + free_.size() == slots_.size());
  NOEX_CHECK(linked == by_link_.size(), "{} calls, {} by their links", linked, by_link_.size());
}

}  // namespace noex
