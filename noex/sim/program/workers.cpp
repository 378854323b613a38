#include "noex/sim/program/workers.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "noex/sim/program/apart.h"
#include "noex/sim/program/console.h"
#include "noex/sim/program/summary_codec.h"
#include "noex/transport/base/check.h"

namespace noex::sim {

namespace {

constexpr std::size_t length_bytes = 4;

// A run that takes longer than that does not end by itself; far more than a slow build needs.
unsigned run_seconds_max(const SimOptions& options) {
  return static_cast<unsigned>(30 + options.duration / 1s * options.nodes / 5);
}

std::optional<Duration> deadline_of(const SimOptions& options, const Stopwatch& stopwatch) {
  if (options.search_time == 0s) return std::nullopt;
  return stopwatch() + options.search_time;
}

}  // namespace

Workers::Workers(const SimOptions& options, const Stopwatch& stopwatch, std::uint32_t jobs,
                 WorkerEvents& events)
    : options_(options),
      table_(properties_of(*options.application)),
      stopwatch_(stopwatch),
      jobs_(jobs),
      deadline_(deadline_of(options, stopwatch)),
      events_(events) {}

Workers::~Workers() {
  for (Worker& worker : workers_) {
    if (worker.process < 0) continue;
    ::close(worker.pipe);
    ::kill(worker.process, SIGKILL);
    ::waitpid(worker.process, nullptr, 0);
  }
}

std::uint64_t Workers::share(std::uint32_t number) const {
  const std::uint64_t seeds = options_.seeds->size();
  return seeds <= number ? 0 : (seeds - number - 1) / jobs_ + 1;
}

bool Workers::run() {
  workers_.resize(jobs_);
  for (std::uint32_t i = 0; i < jobs_; ++i) workers_[i].number = i;
  start_all();
  std::vector<Worker*> readable;
  while (wait(readable)) {
    if (readable.empty()) return true;
    for (Worker* worker : readable) read(*worker);
  }
  return false;
}

std::uint32_t Workers::running() const {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(workers_, [](const Worker& worker) { return worker.process >= 0; }));
}

void Workers::start_all() {
  for (Worker& worker : workers_) {
    if (worker.process >= 0 || worker.done >= share(worker.number) || is_over()) continue;
    if (start(worker)) continue;
    std::string why = std::strerror(errno);
    if (running() == 0) give_up(fmt::format("a process for the runs: {}", why));
    if (!std::exchange(told_fewer_, true)) events_.on_fewer(running(), std::move(why));
    return;
  }
}

// --- In the worker ---

bool Workers::start(Worker& worker) {
  int ends[2];
  if (::pipe(ends) != 0) return false;
  flush();  // or both processes would write what is buffered
  const pid_t parent = ::getpid();
  worker.process = ::fork();
  if (worker.process < 0) {
    const int reason = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    errno = reason;
    return false;
  }
  if (worker.process == 0) {
    end_with_parent(parent);
    ::close(ends[0]);
    work(worker, ends[1]);
  }
  ::close(ends[1]);
  worker.pipe = ends[0];
  worker.bytes.clear();
  return true;
}

// Who is asked to end is the parent; it ends us.
void Workers::work(const Worker& worker, int pipe) const {
  Worker mine{worker.number, worker.done, -1, -1, {}};
  const std::uint64_t all = share(mine.number);
  for (; mine.done < all && !is_over(); ++mine.done) {
    ::alarm(run_seconds_max(options_));
    const Bytes summary = encode_summary(run_seed(options_, next_seed(mine), stopwatch_));
    Bytes frame;
    Writer(frame).u32(static_cast<std::uint32_t>(summary.size()));
    frame += summary;
    if (!write_all(pipe, frame)) ::_exit(1);
  }
  ::_exit(0);
}

// --- In the parent ---

// Whose pipe has something; none: all are done. False: a signal came.
bool Workers::wait(std::vector<Worker*>& readable) {
  readable.clear();
  std::vector<pollfd> files = {{interrupts_.file(), POLLIN, 0}};
  std::vector<Worker*> owners = {nullptr};
  for (Worker& worker : workers_) {
    if (worker.process < 0) continue;
    files.push_back({worker.pipe, POLLIN, 0});
    owners.push_back(&worker);
  }
  if (files.size() == 1) return true;
  while (::poll(files.data(), files.size(), -1) < 0) {
    NOEX_CHECK(errno == EINTR, "poll: {}", std::strerror(errno));
  }
  if (files[0].revents != 0) return false;
  for (std::size_t i = 1; i < files.size(); ++i) {
    if (files[i].revents != 0) readable.push_back(owners[i]);
  }
  return true;
}

void Workers::read(Worker& worker) {
  char buffer[65536];
  const ssize_t count = ::read(worker.pipe, buffer, sizeof buffer);
  if (count < 0 && errno == EINTR) return;
  if (count <= 0) return end(worker);
  worker.bytes.append(buffer, static_cast<std::size_t>(count));
  take_results(worker);
}

void Workers::take_results(Worker& worker) {
  ByteView rest = worker.bytes;
  while (rest.size() >= length_bytes) {
    const std::size_t size = Reader(rest).u32();
    if (rest.size() < length_bytes + size) break;
    std::optional<RunSummary> summary = decode_summary(rest.substr(length_bytes, size), table_);
    NOEX_CHECK(summary.has_value(), "a worker's result of {} bytes", size);
    rest.remove_prefix(length_bytes + size);
    ++worker.done;
    events_.on_result(std::move(*summary));
  }
  worker.bytes.erase(0, worker.bytes.size() - rest.size());
}

// A worker that did not finish its share, though there was time, died of the seed that it ran.
void Workers::end(Worker& worker) {
  ::close(worker.pipe);
  int status = 0;
  const pid_t process = std::exchange(worker.process, -1);
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  const bool ended_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (worker.done < share(worker.number) && !(ended_well && is_over())) {
    events_.on_died(next_seed(worker), describe_end(status));
    ++worker.done;
  }
  start_all();
}

}  // namespace noex::sim
