// Processes' part in what a process has beside its mailbox: its tasks, and the answers it owes.
#include <utility>

#include "noex/runtime/process/processes.h"
#include "noex/transport/base/check.h"

namespace noex {

Beside& Processes::beside(Cell& cell) {
  if (!cell.beside) cell.beside = std::make_unique<Beside>();
  return *cell.beside;
}

// --- Tasks ---

Result<std::uint64_t> Processes::spawn_task(ProcessId id, task<void> body) {
  Cell* cell = find(id);
  NOEX_CHECK(cell != nullptr && !body.empty());
  Beside& all = beside(*cell);
  if (all.tasks.size() >= options_.process_tasks_max) {
    return fail(ErrorCode::overloaded, "process_tasks_max");
  }
  const std::uint64_t strand = ++all.last_strand;
  cell->resumes.push(Resume{strand, body.handle()});
  all.tasks.emplace(strand, std::move(body));
  make_ready(id, *cell);
  return strand;
}

bool Processes::cancel_task(ProcessId id, std::uint64_t strand) {
  Cell* cell = find(id);
  if (cell == nullptr || !cell->beside || (id == current_ && strand == strand_)) return false;
  auto cancelled = cell->beside->tasks.extract(strand);
  if (cancelled.empty()) return false;
  cell->resumes.erase_if([strand](const Resume& resume) { return resume.strand == strand; });
  return true;
}

void Processes::resume(Cell& cell) {
  const Resume next = cell.resumes.pop();
  strand_ = next.strand;
  next.handle.resume();
  strand_ = 0;
  if (next.strand == 0) return;
  const auto found = cell.beside->tasks.find(next.strand);
  if (!found->second.done()) return;
  if (found->second.failed() && !cell.exiting) {
    cell.exiting = true;
    cell.exit_reason = exit_reason_of(found->second.exception());
  }
  // Out of the map first: what its frame destroys may ask for the tasks.
  const auto ended = cell.beside->tasks.extract(found);
}

std::size_t Processes::task_count() const {
  std::size_t count = 0;
  for (const auto& cell : cells_) count += cell->beside ? cell->beside->tasks.size() : 0;
  return count;
}

// --- Replies ---

std::shared_ptr<OwedReply> Processes::owe(ProcessId id) {
  Cell* cell = find(id);
  NOEX_CHECK(cell != nullptr && cell->current.reply_to.call != 0);
  Beside& all = beside(*cell);
  auto owed = std::make_shared<OwedReply>();
  owed->to = std::exchange(cell->current.reply_to, {});
  owed->deadline = cell->current.deadline;
  owed->process = id;
  owed->number = ++all.last_number;
  owed->replier = this;
  all.owed.emplace(owed->number, owed);
  return owed;
}

void Processes::on_answered(OwedReply& owed) {
  Cell* cell = find(owed.process);
  NOEX_CHECK(cell != nullptr);
  cell->beside->owed.erase(owed.number);
}

void Processes::on_dropped(OwedReply& owed) {
  Cell* cell = find(owed.process);
  NOEX_CHECK(cell != nullptr);
  if (owed.process == current_) {
    cell->beside->dropped.push_back(owed.number);
  } else {
    answer_dropped(*cell, owed.number);
  }
}

void Processes::answer_dropped(Cell& cell, std::uint64_t number) {
  const auto dropped = cell.beside->owed.extract(number);
  dropped.mapped()->replier = nullptr;
  answers_.reply_error(dropped.mapped()->to,
                       Error{ErrorCode::reply_lost, "dropped without an answer"});
}

void Processes::answer_dropped(Cell& cell) {
  if (!cell.beside) return;
  for (const std::uint64_t number : std::exchange(cell.beside->dropped, {})) {
    answer_dropped(cell, number);
  }
}

// What the process still owes, and never answers now.
std::vector<ReplyTo> Processes::take_owed(Cell& cell) {
  std::vector<ReplyTo> unanswered;
  if (!cell.beside) return unanswered;
  for (const auto& [number, owed] : cell.beside->owed) {
    owed->replier = nullptr;
    unanswered.push_back(owed->to);
  }
  return unanswered;
}

std::size_t Processes::owed_count() const {
  std::size_t count = 0;
  for (const auto& cell : cells_) count += owed_by(*cell);
  return count;
}

}  // namespace noex
