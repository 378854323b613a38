#include "noex/runtime/process/mailbox.h"

#include <algorithm>
#include <utility>

namespace noex {

namespace {

// Up to here looking costs less than keeping an index.
constexpr std::size_t short_enough = 64;

}  // namespace

bool Mailbox::counts(const Envelope& envelope) {
  return envelope.what == Envelope::What::message || envelope.what == Envelope::What::asked_exit;
}

bool Mailbox::has_key(const Envelope& envelope) {
  return envelope.reply_to.call != 0 || envelope.what == Envelope::What::down ||
         envelope.what == Envelope::What::linked_exit ||
         envelope.what == Envelope::What::overflow || envelope.name_monitor != 0;
}

Mailbox::Key Mailbox::key_of(Envelope::What what, const Ref& process) {
  return Key{what, process.process(), process.boot(), process.node()};
}

Mailbox::Key Mailbox::key_of(const Envelope& envelope) {
  switch (envelope.what) {
    case Envelope::What::down:
      return Key{envelope.what, static_cast<Box<Down>&>(*envelope.payload).value.monitor, 0, {}};
    case Envelope::What::linked_exit:
      return key_of(envelope.what, static_cast<Box<Exit>&>(*envelope.payload).value.process);
    case Envelope::What::overflow:
      return key_of(envelope.what, static_cast<Box<Overflow>&>(*envelope.payload).value.process);
    case Envelope::What::name_up:
    case Envelope::What::name_down:
      return Key{Envelope::What::name_up, envelope.name_monitor, 0, {}};
    default:
      return Key{
          Envelope::What::message, envelope.reply_to.call, envelope.reply_to.link.value(), {}};
  }
}

void Mailbox::count(const Envelope& envelope) {
  if (counts(envelope)) ++counted_;
  if (envelope.unasked) ++unasked_;
  counted_bytes_ += envelope.bytes;
}

void Mailbox::uncount(const Envelope& envelope) {
  if (counts(envelope)) --counted_;
  if (envelope.unasked) --unasked_;
  counted_bytes_ -= envelope.bytes;
}

void Mailbox::push(Envelope envelope) {
  count(envelope);
  if (indexed_ && has_key(envelope)) {
    index_.emplace(key_of(envelope), front_ + queue_.size());
  }
  queue_.push(std::move(envelope));
}

Envelope Mailbox::pop() {
  if (indexed_ && has_key(queue_.front())) {
    // Equal keys stand in the order in which they came.
    index_.erase(index_.lower_bound(key_of(queue_.front())));
  }
  Envelope envelope = pop_front();
  uncount(envelope);
  if (indexed_ && queue_.size() <= short_enough) drop_index();
  return envelope;
}

Envelope Mailbox::pop_front() {
  Envelope first = queue_.pop();
  ++front_;
  while (!queue_.empty() && is_gap(queue_.front())) {
    queue_.pop();
    ++front_;
    --gaps_;
  }
  return first;
}

bool Mailbox::discard_down(MonitorId monitor) {
  return discard(Key{Envelope::What::down, monitor, 0, {}});
}

bool Mailbox::discard_exit(const Ref& process) {
  return discard(key_of(Envelope::What::linked_exit, process));
}

bool Mailbox::holds_overflow(const Ref& process) {
  return find(key_of(Envelope::What::overflow, process)).has_value();
}

bool Mailbox::discard_call(const ReplyTo& call) {
  return discard(Key{Envelope::What::message, call.call, call.link.value(), {}});
}

bool Mailbox::discard_name_change(std::uint64_t monitor) {
  return discard(Key{Envelope::What::name_up, monitor, 0, {}});
}

// The first with that key.
std::optional<Mailbox::Place> Mailbox::find(const Key& key) {
  if (!indexed_ && queue_.size() > short_enough) build_index();
  if (indexed_) {
    const auto found = index_.lower_bound(key);
    if (found == index_.end() || found->first != key) return std::nullopt;
    return found->second;
  }
  const auto found = std::ranges::find_if(queue_, [&key](const Envelope& each) {
    return !is_gap(each) && has_key(each) && key_of(each) == key;
  });
  if (found == queue_.end()) return std::nullopt;
  return front_ + static_cast<Place>(found - queue_.begin());
}

bool Mailbox::discard(const Key& key) {
  const std::optional<Place> place = find(key);
  if (!place) return false;
  if (indexed_) index_.erase(index_.lower_bound(key));
  remove(*place);
  return true;
}

void Mailbox::remove(Place place) {
  Envelope& removed = queue_[place - front_];
  uncount(removed);
  removed = Envelope{};
  if (place == front_) {
    pop_front();
  } else {
    ++gaps_;
  }
  // Each gap is moved away at most once for each one that was made.
  if (gaps_ * 2 > queue_.size()) close_gaps();
}

void Mailbox::close_gaps() {
  queue_.erase_if(is_gap);
  gaps_ = 0;
  drop_index();
}

void Mailbox::build_index() {
  for (std::size_t i = 0; i < queue_.size(); ++i) {
    if (!is_gap(queue_[i]) && has_key(queue_[i])) index_.emplace(key_of(queue_[i]), front_ + i);
  }
  indexed_ = true;
}

void Mailbox::drop_index() {
  index_.clear();
  indexed_ = false;
}

}  // namespace noex
