#include "noex/sim/workload/courier.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "noex/runtime/message/call.h"
#include "noex/runtime/message/cast.h"
#include "noex/sim/workload/parcels.h"

namespace noex::sim {

namespace {

constexpr std::size_t lines_max = 10;
constexpr Duration pause_min = 2s;
constexpr Duration pause_max = 6s;
constexpr Duration life_max = 20s;  // longer than it takes to hear of another's end
constexpr Duration init_max = 300ms;
constexpr std::uint64_t burst_max = 6;
constexpr std::uint64_t untrue_every = 8;
// Where queues are short, some bursts are heaps: more than the system buffers for a peer that does
// not read, sent as fast as there is room. While they wait, everybody's casts to it are refused.
constexpr std::size_t short_queue_bytes = 64 * 1024;
constexpr std::uint64_t heap_min = 40;
constexpr std::size_t heap_parcel_bytes = 8 * 1024;
// Of a million.
constexpr std::uint32_t heap_chance = 200'000;
constexpr std::uint32_t call_chance = 80'000;
constexpr std::uint32_t patient_chance = 100'000;
constexpr std::uint32_t tie_chance = 500'000;
constexpr std::uint32_t away_chance = 300'000;
constexpr std::uint32_t trap_chance = 250'000;
constexpr std::uint32_t normal_chance = 300'000;
constexpr std::uint32_t untie_chance = 200'000;
constexpr std::uint32_t glance_chance = 200'000;
constexpr Duration patience[] = {20ms, 200ms, 2s};

class Courier final : public Process {
 public:
  using messages = std::tuple<Parcel, Signed>;
  using arguments = std::tuple<PostObserver*>;
  Courier(Context& context, PostObserver* observer) : Process(context), observer_(*observer) {}

  void on(const Parcel& parcel) { observer_.on_came(parcel.sender, self(), parcel.number); }
  Result<Done> on(const Signed& parcel) {
    observer_.on_came(parcel.sender, self(), parcel.number);
    // As if somebody else had told it so: it must not be taken for what became of this call.
    if (parcel.number % untrue_every == 0) return fail(ErrorCode::noproc);
    return Done{};
  }

 private:
  PostObserver& observer_;
};

// How a tied process lives and ends.
struct Fate {
  Ref other;  // Ref(): it is tied to nobody
  Duration init_takes{};
  Duration life{};  // 0: until it is told
  bool traps = false;
  bool ends_normally = false;
  bool unties = false;
};

class Tied final : public Process {
 public:
  using messages = std::tuple<Finish>;
  using arguments = std::tuple<Fate>;
  Tied(Context& context, Fate fate) : Process(context), fate_(std::move(fate)) {
    set_trap_exit(fate_.traps);
  }

  task<Result<void>> init() override {
    if (fate_.init_takes > Duration::zero()) co_await node().sleep(fate_.init_takes);
    if (fate_.life > Duration::zero()) send_after<Finish>(fate_.life);
    if (!fate_.other.empty()) {
      link(fate_.other);
      monitor(fate_.other);
    }
    co_return Result<void>();
  }
  void on(const Finish&) {
    if (fate_.unties) unlink(fate_.other);
    exit(fate_.ends_normally ? ExitReason::normal() : ExitReason::error("its time is over"));
  }
  void on(const Exit&) {}
  void on(const Down&) {}

 private:
  const Fate fate_;
};

// Watches another for a moment, and then no more. Its mailbox waits meanwhile, so that a Down that
// has come by then is still in there.
class Watcher final : public Process {
 public:
  using messages = std::tuple<Finish>;
  using arguments = std::tuple<Ref, Duration>;
  Watcher(Context& context, Ref other, Duration time)
      : Process(context), other_(std::move(other)), time_(time) {}

  task<Result<void>> init() override {
    const MonitorId watching = monitor(other_);
    co_await node().sleep(time_);
    demonitor(watching);
    send_after<Finish>(Duration::zero());
    co_return Result<void>();
  }
  void on(const Finish&) { exit(ExitReason::normal()); }
  void on(const Down&) {}

 private:
  const Ref other_;
  const Duration time_;
};

void write_down(AddressBook::Lines& lines, const Ref& process) {
  lines.push_back(AddressBook::Line{process.incarnation(), process.process()});
  if (lines.size() > lines_max) lines.pop_front();
}

}  // namespace

std::optional<ParcelLabel> parcel_label(const Payload& message) {
  if (const auto* parcel = dynamic_cast<const Box<Parcel>*>(&message)) {
    return ParcelLabel{parcel->value.sender, parcel->value.number};
  }
  if (const auto* parcel = dynamic_cast<const Box<Signed>*>(&message)) {
    return ParcelLabel{parcel->value.sender, parcel->value.number};
  }
  return std::nullopt;
}

Couriers::Couriers(Node& node, AddressBook& book, PostObserver& observer, const Company& company,
                   Duration active, Random random)
    : node_(node),
      book_(book),
      observer_(observer),
      company_(company),
      end_(node.loop().now() + active),
      random_(random) {
  node_.behaviors().add<Tied>("sim:tied");
  node_.on_restarted([this] { start(); });
}

void Couriers::start() {
  if (!company_.couriers && !company_.ties) return;
  const Result<Ref> courier = node_.spawn_local<Courier>(&observer_);
  if (courier) write_down(book_.couriers, *courier);
  (void)node_.run(post());
}

Ref Couriers::choose(const AddressBook::Lines& lines) {
  if (lines.empty()) return Ref();
  const AddressBook::Line& line = lines[random_.below(lines.size())];
  return node_.ref(line.where, line.process);
}

task<void> Couriers::post() {
  const std::uint64_t sender = ++book_.senders;
  Numbers numbers;
  while (node_.loop().now() < end_) {
    const Duration pause{random_.between(pause_min.count(), pause_max.count())};
    co_await node_.sleep(pause);
    if (node_.loop().now() >= end_) co_return;
    if (company_.ties) {
      if (random_.chance(tie_chance)) tie();
      if (random_.chance(glance_chance)) glance();
      if (random_.chance(away_chance)) co_await tie_away();
    }
    if (company_.couriers) co_await burst(sender, numbers);
  }
}

task<void> Couriers::burst(std::uint64_t sender, Numbers& numbers) {
  const Ref to = choose(book_.couriers);
  std::uint64_t& last = numbers[to];
  const bool crowded = node_.options().queue_bytes_hard < short_queue_bytes;
  const bool heap = crowded && random_.chance(heap_chance);
  const std::uint64_t count = 1 + random_.below(burst_max) + (heap ? heap_min : 0);
  const std::string filler(heap ? heap_parcel_bytes : 0, 'x');
  for (std::uint64_t i = 0; i < count && node_.loop().now() < end_; ++i) {
    const Duration limit = patience[random_.below(std::size(patience))];
    if (!heap && random_.chance(call_chance)) {
      observer_.on_posted(sender, to, ++last, false);
      (void)co_await to.call_within<Signed>(limit, sender, last);
    } else if (heap || random_.chance(patient_chance)) {
      observer_.on_posted(sender, to, ++last, false);
      const Result<void> sent =
          co_await to.cast_when_ready_within<Parcel>(limit, sender, last, filler);
      if (!sent) co_return;
      observer_.on_owed(sender, to, last);
    } else if (to.cast<Parcel>(sender, last + 1, filler)) {
      observer_.on_posted(sender, to, ++last, true);
    }
  }
}

void Couriers::tie() {
  Fate fate;
  fate.other = choose(book_.tied);
  const Duration life{random_.between(1, life_max.count())};
  fate.life = std::min(life, end_ - node_.loop().now());
  fate.traps = random_.chance(trap_chance);
  fate.ends_normally = random_.chance(normal_chance);
  fate.unties = random_.chance(untie_chance);
  const Result<Ref> tied = node_.spawn_local<Tied>(std::move(fate));
  if (tied) write_down(book_.tied, *tied);
}

// At one that may have ended long ago, or may end just now.
void Couriers::glance() {
  const Ref other = choose(book_.tied);
  if (other.empty()) return;
  const Duration time{random_.between(0, patience[random_.below(std::size(patience))].count())};
  (void)node_.spawn_local<Watcher>(other, time);
}

// On another node, with so little patience that it may be given up while it is made. Whoever is
// told of it ends it: so one that nobody was told of is still there at the end.
task<void> Couriers::tie_away() {
  const Ref there = choose(book_.couriers);
  Fate fate;
  fate.init_takes = Duration(random_.between(0, init_max.count()));
  fate.traps = random_.chance(trap_chance);
  const Duration limit = patience[random_.below(std::size(patience))];
  const SpawnOptions options = SpawnOptions().timeout(limit);
  const NodeId where = there.node();
  const Result<Ref> made = co_await node_.spawn<Tied>(where, options, fate);
  if (!made) co_return;
  write_down(book_.tied, *made);
  co_await node_.sleep(limit);
  (void)made->cast<Finish>();
}

}  // namespace noex::sim
