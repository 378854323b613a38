#include "noex/transport/timer_queue.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "noex/transport/base/check.h"

namespace noex {

TimerId TimerQueue::start(Instant at, Task task) {
  if (free_.empty()) {
    NOEX_CHECK(places_.size() <= place_mask, "{} timers at once", places_.size());
    free_.push_back(static_cast<std::uint32_t>(places_.size()));
    places_.emplace_back();
  }
  const std::uint32_t place = free_.back();
  free_.pop_back();
  const std::uint64_t number = next_++;
  places_[place].number = number;
  places_[place].task = std::move(task);
  heap_.push_back(Entry{at, number, place});
  std::ranges::push_heap(heap_, std::greater<>());
  ++live_;
  return id_of(number, place);
}

Task TimerQueue::cancel(TimerId timer) {
  const auto place = static_cast<std::uint32_t>(timer & place_mask);
  if (place >= places_.size() || places_[place].number == 0) return {};
  if (id_of(places_[place].number, place) != timer) return {};
  Task task = vacate(place);
  if (heap_.size() > 64 && heap_.size() > 2 * live_) sweep();
  return task;
}

std::optional<Instant> TimerQueue::earliest() {
  drop_dead_front();
  if (heap_.empty()) return std::nullopt;
  return heap_.front().at;
}

Task TimerQueue::take_due(Instant now, std::uint64_t limit) {
  drop_dead_front();
  if (heap_.empty()) return {};
  const Entry front = heap_.front();
  if (front.at > now || front.number >= limit) return {};
  std::ranges::pop_heap(heap_, std::greater<>());
  heap_.pop_back();
  return vacate(front.place);
}

Task TimerQueue::vacate(std::uint32_t place) {
  places_[place].number = 0;
  free_.push_back(place);
  --live_;
  return std::exchange(places_[place].task, Task());
}

void TimerQueue::drop_dead_front() {
  while (!heap_.empty() && dead(heap_.front())) {
    std::ranges::pop_heap(heap_, std::greater<>());
    heap_.pop_back();
  }
}

void TimerQueue::sweep() {
  std::erase_if(heap_, [this](const Entry& entry) { return dead(entry); });
  std::ranges::make_heap(heap_, std::greater<>());
}

}  // namespace noex
