#include "noex/runtime/process/processes.h"

#include <exception>
#include <utility>

#include "noex/transport/base/check.h"

namespace noex {

namespace {

constexpr int slot_bits = 24;
constexpr std::uint64_t slot_mask = (std::uint64_t{1} << slot_bits) - 1;

}  // namespace

ExitReason Processes::exit_reason_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    return ExitReason::error(error.what());
  } catch (...) {
    return ExitReason::error("an exception of an unknown type");
  }
}

Processes::Processes(Incarnation self, Loop& loop, const Options& options, Log& log,
                     Answers& answers, ProcessEvents& events, ProcessObserver& observer)
    : self_(std::move(self)),
      loop_(loop),
      options_(options),
      log_(log),
      answers_(answers),
      events_(events),
      observer_(observer),
      alive_(std::make_shared<bool>(true)) {}

Processes::~Processes() {
  destroy_all();
}

void Processes::destroy_all() {
  *alive_ = false;
  for (auto& cell : cells_) (void)take_owed(*cell);
  for (auto& cell : cells_) {
    for (const TimerId timer : cell->timers) loop_.cancel_timer(timer);
    end_coroutines(*cell);
  }
  cells_.clear();
}

ProcessId Processes::id_of(std::size_t slot) const {
  return (std::uint64_t{cells_[slot]->generation} << slot_bits) | slot;
}

const Processes::Cell* Processes::find(ProcessId id) const {
  const std::size_t slot = id & slot_mask;
  if (slot >= cells_.size()) return nullptr;
  const Cell& cell = *cells_[slot];
  return cell.used && cell.generation == id >> slot_bits ? &cell : nullptr;
}

Processes::Cell* Processes::find(ProcessId id) {
  return const_cast<Cell*>(std::as_const(*this).find(id));
}

Result<ProcessId> Processes::reserve() {
  if (count_ >= options_.processes_max) return fail(ErrorCode::overloaded, "processes_max");
  std::size_t slot = cells_.size();
  if (free_.empty()) {
    NOEX_CHECK(slot <= slot_mask);
    cells_.push_back(std::make_unique<Cell>());
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  cells_[slot]->used = true;
  ++count_;
  const ProcessId id = id_of(slot);
  observer_.on_process_started(id);
  return id;
}

Result<ProcessId> Processes::spawn(Blueprint blueprint, InitDone done) {
  const Result<ProcessId> made = reserve();
  if (!made) return made;
  const ProcessId id = *made;
  Cell& cell = *find(id);
  cell.context = events_.make_context(id);
  cell.behavior = blueprint.behavior;
  cell.traps_exit = cell.behavior->on_exit != nullptr;
  cell.init_done = std::move(done);
  const ProcessId before = std::exchange(current_, id);
  try {
    cell.process = blueprint.make(*cell.context);
  } catch (...) {
    cell.exiting = true;
    cell.exit_reason = exit_reason_of(std::current_exception());
  }
  current_ = before;
  make_ready(id, cell);
  return made;
}

Result<ProcessId> Processes::run(task<void> body) {
  static const Behavior no_messages;
  const Result<ProcessId> made = reserve();
  if (!made) return made;
  Cell& cell = *find(*made);
  cell.behavior = &no_messages;
  cell.handler = std::move(body);
  cell.resumes.push(Resume{0, cell.handler.handle()});
  cell.initialised = true;
  make_ready(*made, cell);
  return made;
}

bool Processes::exists(ProcessId id) const {
  return find(id) != nullptr;
}

const Behavior* Processes::behavior(ProcessId id) const {
  static const Behavior guest{.handlers = {}, .of_guest = true};
  if (is_guest(id)) return is_there(id) ? &guest : nullptr;
  const Cell* cell = find(id);
  return cell != nullptr ? cell->behavior : nullptr;
}

const Incarnation& Processes::source(ProcessId id) const {
  const Cell* cell = find(id);
  const Incarnation* peer = cell != nullptr ? cell->current.source.get() : nullptr;
  return peer != nullptr ? *peer : self_;
}

Result<void> Processes::deliver(ProcessId id, Envelope envelope) {
  if (Guests* guests = guests_for(id)) return guests->deliver(id, std::move(envelope));
  Cell* cell = find(id);
  if (cell == nullptr) return fail(ErrorCode::noproc);
  if (cell->mailbox.counted() + owed_by(*cell) >= options_.mailbox_messages_max ||
      cell->mailbox.counted_bytes() >= options_.mailbox_bytes_max) {
    ++refused_;
    observer_.on_message_refused(id, *envelope.payload);
    if (!std::exchange(cell->overflowing, true)) {
      log_.warning("the mailbox of process {} is full; messages to it are refused", id);
      events_.on_overflow(id);
    }
    return fail(ErrorCode::overloaded, "mailbox");
  }
  cell->mailbox.push(std::move(envelope));
  make_ready(id, *cell);
  return {};
}

void Processes::signal(ProcessId id, Envelope envelope) {
  if (Guests* guests = guests_for(id)) return guests->signal(id, std::move(envelope));
  Cell* cell = find(id);
  if (cell == nullptr) return;
  const bool handled =
      envelope.what == Envelope::What::own_message ||
      (envelope.what == Envelope::What::down && cell->behavior->on_down) ||
      (envelope.what == Envelope::What::linked_exit && cell->behavior->on_exit) ||
      (envelope.what == Envelope::What::overflow && cell->behavior->on_overflow) ||
      (envelope.what == Envelope::What::name_conflict && cell->behavior->on_name_conflict) ||
      (envelope.what == Envelope::What::name_up && cell->behavior->on_name_up) ||
      (envelope.what == Envelope::What::name_down && cell->behavior->on_name_down);
  if (!handled) return;
  if (envelope.what == Envelope::What::overflow) {
    const auto& told = static_cast<const Box<Overflow>&>(*envelope.payload).value;
    if (cell->mailbox.holds_overflow(told.process)) return;
  }
  cell->mailbox.push(std::move(envelope));
  make_ready(id, *cell);
}

void Processes::exit(ProcessId id, ExitReason reason) {
  Cell* cell = find(id);
  if (cell == nullptr || cell->exiting) return;
  if (id == current_) {
    cell->exiting = true;
    cell->exit_reason = std::move(reason);
    return;
  }
  end(id, std::move(reason));
}

void Processes::exit_signal(ProcessId id, Exit exit, ExitCause cause) {
  if (Guests* guests = guests_for(id)) return guests->exit_signal(id, std::move(exit));
  Cell* cell = find(id);
  if (cell == nullptr) return;
  const ExitKind kind = exit.reason.kind();
  const bool killing = cause == ExitCause::request && kind == ExitKind::killed;
  const bool asked = cause == ExitCause::request;
  const bool too_many =
      cause == ExitCause::peers_link && cell->mailbox.unasked() >= options_.watches_per_link_max;
  if (!cell->traps_exit || killing || too_many) {
    const bool harmless = !asked && kind == ExitKind::normal;
    if (!harmless) this->exit(id, std::move(exit.reason));
    return;
  }
  if (cell->behavior->on_exit == nullptr) return;
  Envelope envelope;
  envelope.payload = std::make_unique<Box<Exit>>(std::move(exit));
  if (!asked) {
    envelope.what = Envelope::What::linked_exit;
    envelope.unasked = cause == ExitCause::peers_link;
    signal(id, std::move(envelope));
  } else {
    envelope.what = Envelope::What::asked_exit;
    (void)deliver(id, std::move(envelope));  // refused: counted and told there
  }
}

void Processes::set_trap_exit(ProcessId id, bool trap) {
  if (Cell* cell = find(id)) cell->traps_exit = trap;
}

void Processes::exit_all(const ExitReason& reason) {
  for (std::size_t slot = 0; slot < cells_.size(); ++slot) {
    if (cells_[slot]->used) exit(id_of(slot), reason);
  }
}

bool Processes::discard_down(ProcessId id, MonitorId monitor) {
  Cell* cell = find(id);
  return cell != nullptr && cell->mailbox.discard_down(monitor);
}

bool Processes::discard_exit(ProcessId id, const Ref& other) {
  Cell* cell = find(id);
  return cell != nullptr && cell->mailbox.discard_exit(other);
}

bool Processes::discard_call(ProcessId id, const ReplyTo& call) {
  if (Guests* guests = guests_for(id)) return guests->discard_call(id, call);
  Cell* cell = find(id);
  return cell != nullptr && cell->mailbox.discard_call(call);
}

void Processes::discard_name_changes(ProcessId id, std::uint64_t monitor) {
  Cell* cell = find(id);
  while (cell != nullptr && cell->mailbox.discard_name_change(monitor)) continue;
}

Future<Done> Processes::ended(ProcessId id) {
  Completer<Done> completer(*this);
  Future<Done> future = completer.future();
  if (Cell* cell = find(id)) {
    cell->end_awaited.push_back(std::move(completer));
  } else {
    completer.complete(Done{});
  }
  return future;
}

std::size_t Processes::timer_count() const {
  std::size_t count = 0;
  for (const auto& cell : cells_) count += cell->timers.size();
  return count;
}

TimerId Processes::start_timer(ProcessId id, Instant at, Task task) {
  Cell* cell = find(id);
  NOEX_CHECK(cell != nullptr);
  // The timer learns its own id only after it was started.
  auto own = std::make_shared<TimerId>(0);
  *own = loop_.start_timer(at, [this, id, own, task = std::move(task)]() mutable {
    if (Cell* still = find(id)) still->timers.erase(*own);
    task();
  });
  cell->timers.insert(*own);
  return *own;
}

bool Processes::cancel_timer(ProcessId id, TimerId timer) {
  Cell* cell = find(id);
  if (cell == nullptr || cell->timers.erase(timer) == 0) return false;
  return loop_.cancel_timer(timer);
}

Waiting Processes::waiting(std::coroutine_handle<> handle) const {
  NOEX_CHECK(
      current_ != 0,
      "co_await outside of a process of this node: give the coroutine to node.run(), or await "
      "in a handler or a task; a reference of another node's is made this one's by ref()");
  return Waiting{current_, strand_, handle};
}

void Processes::wake(const Waiting& waiting) {
  Cell* cell = find(waiting.process);
  NOEX_CHECK(cell != nullptr, "process {} awaited something and is gone", waiting.process);
  if (waiting.strand != 0 && !cell->beside->tasks.contains(waiting.strand)) return;
  cell->resumes.push(Resume{waiting.strand, waiting.handle});
  make_ready(waiting.process, *cell);
}

void Processes::make_ready(ProcessId id, Cell& cell) {
  if (cell.ready || id == current_) return;  // take_turn() looks again after the handler
  const bool has_work = !cell.resumes.empty() || cell.exiting ||
                        (!cell.initialised && cell.handler.empty()) ||
                        (cell.handler.empty() && !cell.mailbox.empty());
  if (!has_work) return;
  cell.ready = true;
  ready_.push_back(id);
  schedule();
}

void Processes::schedule() {
  if (std::exchange(scheduled_, true)) return;
  loop_.post([this, alive = alive_] {
    if (*alive) run_ready();
  });
}

void Processes::run_ready() {
  auto alive = alive_;
  for (std::size_t i = 0; i < options_.turn_work_max && !ready_.empty(); ++i) {
    const ProcessId id = ready_.front();
    ready_.pop_front();
    take_turn(id);
    if (!*alive) return;
  }
  scheduled_ = false;
  if (ready_.empty()) return;
  // A timer, not a post, so that the loop's connections get their turn in between.
  scheduled_ = true;
  loop_.start_timer(loop_.now(), [this, alive] {
    if (*alive) run_ready();
  });
}

void Processes::take_turn(ProcessId id) {
  Cell* cell = find(id);
  if (cell == nullptr) return;
  cell->ready = false;
  current_ = id;
  if (!cell->exiting) step(id, *cell);
  // Still current, so that whoever is told of its init cannot end it underneath.
  if (!cell->exiting && (cell->handler.empty() || cell->handler.done())) finish_handler(*cell);
  if (!cell->exiting) answer_dropped(*cell);
  current_ = 0;
  if (cell->exiting) {
    end(id, std::move(cell->exit_reason));
  } else {
    make_ready(id, *cell);
  }
}

task<void> Processes::run_init(Process& process, Result<void>& result) {
  result = co_await process.init();
}

void Processes::step(ProcessId id, Cell& cell) {
  if (!cell.resumes.empty()) {
    resume(cell);
  } else if (!cell.initialised && cell.handler.empty()) {
    auto box = std::make_unique<Box<Result<void>>>();
    cell.handler = run_init(*cell.process, box->value);
    cell.current.payload = std::move(box);
    cell.handler.handle().resume();
  } else if (cell.handler.empty() && !cell.mailbox.empty()) {
    begin(id, cell, cell.mailbox.pop());
  }
}

void Processes::begin(ProcessId id, Cell& cell, Envelope envelope) {
  if (cell.mailbox.empty()) cell.overflowing = false;
  const bool expired = envelope.deadline <= loop_.now();
  const bool is_call = envelope.reply_to.call != 0;
  if (is_call && (expired || !answers_.reaches(envelope.reply_to))) return;
  cell.current = std::move(envelope);
  tell_begun(id, cell.current);
  try {
    cell.handler = invoke(cell, id);
  } catch (...) {
    cell.threw = true;
    cell.exiting = true;
    cell.exit_reason = exit_reason_of(std::current_exception());
    return;
  }
  if (!cell.handler.empty()) cell.handler.handle().resume();
}

void Processes::tell_begun(ProcessId id, const Envelope& envelope) {
  if (envelope.reply_to.call != 0) {
    observer_.on_call_executed(source(id), envelope.reply_to.call, id, envelope.deadline);
  } else if (envelope.what == Envelope::What::down) {
    const Down& down = static_cast<const Box<Down>&>(*envelope.payload).value;
    observer_.on_down(down.monitor, down.reason);
  } else if (envelope.what == Envelope::What::linked_exit) {
    observer_.on_exit_told(id, static_cast<const Box<Exit>&>(*envelope.payload).value.process);
  }
}

task<void> Processes::invoke(Cell& cell, ProcessId) {
  Process& process = *cell.process;
  Payload& payload = *cell.current.payload;
  switch (cell.current.what) {
    case Envelope::What::down:
      return cell.behavior->on_down(process, static_cast<Box<Down>&>(payload).value);
    case Envelope::What::linked_exit:
    case Envelope::What::asked_exit:
      return cell.behavior->on_exit(process, static_cast<Box<Exit>&>(payload).value);
    case Envelope::What::overflow:
      return cell.behavior->on_overflow(process, static_cast<Box<Overflow>&>(payload).value);
    case Envelope::What::name_conflict:
      return cell.behavior->on_name_conflict(process,
                                             static_cast<Box<NameConflict>&>(payload).value);
    case Envelope::What::name_up:
      return cell.behavior->on_name_up(process, static_cast<Box<NameUp>&>(payload).value);
    case Envelope::What::name_down:
      return cell.behavior->on_name_down(process, static_cast<Box<NameDown>&>(payload).value);
    default:
      return cell.current.handler->run(process, payload, cell.current.reply_to, *this);
  }
}

// The handler has returned or failed.
void Processes::finish_handler(Cell& cell) {
  try {
    if (!cell.handler.empty()) cell.handler.take();
  } catch (...) {
    cell.exiting = true;
    cell.exit_reason = exit_reason_of(std::current_exception());
    return;
  }
  cell.handler.reset();
  if (cell.process == nullptr) {  // a task has run to its end
    cell.exiting = true;
    cell.exit_reason = ExitReason::normal();
  } else if (!cell.initialised && cell.current.payload) {
    Result<void> result = std::move(static_cast<Box<Result<void>>&>(*cell.current.payload).value);
    cell.initialised = true;
    if (!result) {
      cell.exiting = true;
      cell.exit_reason = ExitReason::error(describe(result.error()));
    }
    if (auto done = std::exchange(cell.init_done, {})) done(std::move(result));
  }
  cell.current = Envelope{};
}

// The handler of a call has begun and has not answered.
bool Processes::owes_answer(const Cell& cell) {
  if (cell.current.reply_to.call == 0) return false;
  if (cell.handler.empty()) return cell.threw;
  return !cell.handler.done() || cell.handler.failed();
}

// Out of the cell first: what they destroy may ask for what the process still has.
void Processes::end_coroutines(Cell& cell) {
  cell.resumes.clear();
  const task<void> handler = std::exchange(cell.handler, task<void>());
  std::map<std::uint64_t, task<void>> tasks;
  if (cell.beside) tasks.swap(cell.beside->tasks);
}

void Processes::end(ProcessId id, ExitReason reason) {
  Cell& cell = *find(id);
  const bool owing = owes_answer(cell);
  const ReplyTo unanswered = cell.current.reply_to;
  cell.exiting = true;
  const ProcessId before = std::exchange(current_, id);
  end_coroutines(cell);
  if (cell.process != nullptr && cell.initialised) cell.process->terminate(reason);
  current_ = before;
  const std::vector<ReplyTo> owed = take_owed(cell);
  // The slot is free before anyone is told, so that nobody finds the process any more.
  auto context = std::move(cell.context);  // before the process, whose destructor may use it
  auto process = std::move(cell.process);
  auto mailbox = std::exchange(cell.mailbox, {});
  auto init_done = std::exchange(cell.init_done, {});
  auto end_awaited = std::move(cell.end_awaited);
  for (const TimerId timer : cell.timers) loop_.cancel_timer(timer);
  const std::uint32_t generation = cell.generation;
  cell = Cell{};
  cell.generation = generation + 1;
  free_.push_back(static_cast<std::uint32_t>(id & slot_mask));
  --count_;
  for (const ReplyTo& to : owed) answers_.reply_error(to, Error{ErrorCode::exited, {}});
  if (owing) answers_.reply_error(unanswered, Error{ErrorCode::exited, {}});
  while (!mailbox.empty()) {
    const Envelope envelope = mailbox.pop();
    if (envelope.reply_to.call == 0) continue;
    answers_.reply_error(envelope.reply_to, Error{ErrorCode::noproc, {}});
  }
  if (init_done) init_done(fail(ErrorCode::init_failed, reason.describe()));
  events_.on_process_ended(id, reason);
  observer_.on_process_ended(id, reason);
  if (reason.kind() == ExitKind::error) {
    log_.warning("process {} ended: {}", id, reason.describe());
  }
  for (auto& completer : end_awaited) completer.complete(Done{});
  current_ = id;  // whose destructor runs, and must not destroy its node
  process.reset();
  current_ = before;
}

}  // namespace noex
