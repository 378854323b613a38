// Processes: the processes of one node, and the scheduler that runs their handlers.
//
// Owns: process objects, mailboxes, suspended handlers and tasks, the ready queue. One of them runs
// at a time; a process with work is in the ready queue once. Never knows links or frames: answers
// leave through Answers.
#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "noex/runtime/core/options.h"
#include "noex/runtime/message/future.h"
#include "noex/runtime/process/behavior.h"
#include "noex/runtime/process/beside.h"
#include "noex/runtime/process/guests.h"
#include "noex/runtime/process/mailbox.h"
#include "noex/runtime/process/process.h"
#include "noex/runtime/process/process_observer.h"
#include "noex/transport/base/fifo.h"
#include "noex/transport/base/log.h"
#include "noex/transport/loop.h"

namespace noex {

// What the scheduler needs of the rest of its node.
class ProcessEvents {
 public:
  virtual ~ProcessEvents() = default;
  // What that process is made with.
  virtual std::unique_ptr<Context> make_context(ProcessId process) = 0;
  // After terminate(), when the process is gone: withdraw its names, then tell who monitors it.
  virtual void on_process_ended(ProcessId process, const ExitReason& reason) = 0;
  // Its mailbox refuses messages since now.
  virtual void on_overflow(ProcessId process) = 0;
};

// The way back to whoever called a process, on this node or another.
class Answers {
 public:
  virtual ~Answers() = default;
  // As Replier::reply().
  virtual void reply(const ReplyTo& to, void* result, Outgoing* value, const Error* error) = 0;
  virtual void reply_error(const ReplyTo& to, Error error) = 0;
  // False: the link that the call came over is gone.
  virtual bool reaches(const ReplyTo& to) const = 0;
};

// Where an exit signal comes from: a linked process has ended (of a link that this node made, or
// the other's), or somebody asks for it.
enum class ExitCause : std::uint8_t { link, peers_link, request };

class Processes final : public Waker, public Replier {
 public:
  // Told once, how init() ended, or that the process ended before.
  using InitDone = std::move_only_function<void(Result<void>)>;

  // All of them outlive it.
  Processes(Incarnation self, Loop& loop, const Options& options, Log& log, Answers& answers,
            ProcessEvents& events, ProcessObserver& observer);
  ~Processes() override;
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  // Makes a process, whose init runs in a later turn. Errors: overloaded (processes_max).
  Result<ProcessId> spawn(Blueprint blueprint, InitDone done);
  // A process without mailbox that runs one coroutine and ends with it. Errors: as of spawn().
  Result<ProcessId> run(task<void> body);

  bool exists(ProcessId id) const;
  // Processes at clients, from then on; it outlives what is done here.
  void set_guests(Guests& guests) { guests_ = &guests; }
  // A process that lives here, or a guest.
  bool is_there(ProcessId id) const {
    const Guests* guests = guests_for(id);
    return guests != nullptr ? guests->exists(id) : exists(id);
  }
  const Behavior* behavior(ProcessId id) const;  // nullptr: no such process
  // The node whose message its handler has begun with.
  const Incarnation& source(ProcessId id) const;

  // Errors: noproc, overloaded (mailbox_messages_max, mailbox_bytes_max; counted).
  Result<void> deliver(ProcessId id, Envelope envelope);
  // Down, Overflow, NameConflict and own messages; dropped if there is no such process or handler.
  // Of Overflows of one process, one waits.
  void signal(ProcessId id, Envelope envelope);
  // Ends the process: at once, or, if its handler is on the stack, when that returns or suspends.
  void exit(ProcessId id, ExitReason reason);
  // An exit signal, as in OTP: a process that traps exits is told, any other is ended. The normal
  // end of a linked process ends nobody; a request to be killed can't be trapped. Of links that
  // others made, at most watches_per_link_max exits wait to be told; beyond, they are not trapped.
  void exit_signal(ProcessId id, Exit exit, ExitCause cause);
  void set_trap_exit(ProcessId id, bool trap);
  // Ends all, in order of their ids, calling terminate().
  void exit_all(const ExitReason& reason);
  // Destroys all without a word to anyone, while everything they use still stands.
  void destroy_all();
  bool discard_down(ProcessId id, MonitorId monitor);
  bool discard_exit(ProcessId id, const Ref& other);
  // Drops a call that has not begun; nobody is told.
  bool discard_call(ProcessId id, const ReplyTo& call);
  // All that waits of what that monitor of a name was told.
  void discard_name_changes(ProcessId id, std::uint64_t monitor);
  // Done once the process has ended. Within a process only.
  Future<Done> ended(ProcessId id);
  // A timer that ends with the process.
  TimerId start_timer(ProcessId id, Instant at, Task task);
  bool cancel_timer(ProcessId id, TimerId timer);

  // Runs a coroutine beside the mailbox, from a later turn on; gives its strand. Errors:
  // overloaded.
  Result<std::uint64_t> spawn_task(ProcessId id, task<void> body);
  // False: there is none, or it is the one that runs.
  bool cancel_task(ProcessId id, std::uint64_t strand);

  // --- Replier ---
  void reply(const ReplyTo& to, void* result, Outgoing* value, const Error* error) override {
    answers_.reply(to, result, value, error);
  }
  std::shared_ptr<OwedReply> owe(ProcessId id) override;
  void on_answered(OwedReply& owed) override;
  void on_dropped(OwedReply& owed) override;
  bool is_awaited(const OwedReply& owed) const override {
    return owed.deadline > loop_.now() && answers_.reaches(owed.to);
  }

  // --- Waker ---
  ProcessId current_process() const override { return current_; }
  // What runs is a handler of that process, so that its mailbox waits.
  bool is_handling(ProcessId id) const { return id == current_ && strand_ == 0; }
  Waiting waiting(std::coroutine_handle<> handle) const override;
  void wake(const Waiting& waiting) override;

  std::size_t count() const { return count_; }
  std::size_t timer_count() const;
  std::size_t task_count() const;
  std::size_t owed_count() const;
  std::uint64_t refused() const { return refused_; }

 private:
  struct Resume {
    std::uint64_t strand = 0;  // 0: the handler; else a task
    std::coroutine_handle<> handle;
  };
  struct Cell {
    std::uint32_t generation = 1;
    bool used = false;
    bool ready = false;        // in the ready queue
    bool overflowing = false;  // refused a message since it was last empty
    bool initialised = false;
    bool traps_exit = false;
    bool exiting = false;  // exit_reason applies when the handler leaves the stack
    bool threw = false;    // a handler that is no coroutine, instead of returning
    const Behavior* behavior = nullptr;
    std::unique_ptr<Context> context;
    std::unique_ptr<Process> process;
    Mailbox mailbox;
    // The handler under way: its message outlives it.
    Envelope current;
    task<void> handler;
    Fifo<Resume> resumes;            // what to resume when it runs next
    std::unique_ptr<Beside> beside;  // nullptr: nothing yet
    InitDone init_done;
    ExitReason exit_reason;
    std::set<TimerId> timers;
    std::vector<Completer<Done>> end_awaited;
  };

  Guests* guests_for(ProcessId id) const { return is_guest(id) ? guests_ : nullptr; }
  Cell* find(ProcessId id);
  const Cell* find(ProcessId id) const;
  ProcessId id_of(std::size_t slot) const;
  // Makes room for a process, which a Context can then name.
  Result<ProcessId> reserve();
  void run_ready();
  void make_ready(ProcessId id, Cell& cell);
  void schedule();
  void take_turn(ProcessId id);
  void step(ProcessId id, Cell& cell);
  void begin(ProcessId id, Cell& cell, Envelope envelope);
  void tell_begun(ProcessId id, const Envelope& envelope);
  task<void> invoke(Cell& cell, ProcessId id);
  void finish_handler(Cell& cell);
  static ExitReason exit_reason_of(const std::exception_ptr& thrown);
  static bool owes_answer(const Cell& cell);
  static Beside& beside(Cell& cell);
  static std::size_t owed_by(const Cell& cell) {
    return cell.beside ? cell.beside->owed.size() : 0;
  }
  static std::vector<ReplyTo> take_owed(Cell& cell);
  static void end_coroutines(Cell& cell);
  void resume(Cell& cell);
  void answer_dropped(Cell& cell);
  void answer_dropped(Cell& cell, std::uint64_t number);
  static task<void> run_init(Process& process, Result<void>& result);
  void end(ProcessId id, ExitReason reason);

  const Incarnation self_;
  Loop& loop_;
  const Options& options_;
  Log& log_;
  Answers& answers_;
  ProcessEvents& events_;
  ProcessObserver& observer_;
  Guests* guests_ = nullptr;  // nullptr: there never were any
  std::vector<std::unique_ptr<Cell>> cells_;
  std::vector<std::uint32_t> free_;
  std::deque<ProcessId> ready_;
  bool scheduled_ = false;
  std::shared_ptr<bool> alive_;  // shared with posted turns: false once this is destroyed
  ProcessId current_ = 0;
  std::uint64_t strand_ = 0;  // of current_: which of its coroutines runs; 0: its handler
  std::size_t count_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace noex
