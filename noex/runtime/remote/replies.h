// Replies: the ways of answers to calls: out, to whoever called a process of this node, and in, to
// the call that waits here.
#pragma once

#include <cstddef>

#include "noex/runtime/core/options.h"
#include "noex/runtime/process/processes.h"
#include "noex/runtime/remote/calls.h"
#include "noex/runtime/remote/links.h"
#include "noex/runtime/remote/refused_casts.h"

namespace noex {

class Replies final : public Answers {
 public:
  // All of them outlive it. `sender`: of the references that arrive.
  Replies(const Options& options, Links& links, Calls& calls, RefusedCasts& refused_casts,
          Sender& sender)
      : message_bytes_max_(options.message_bytes_max),
        links_(links),
        calls_(calls),
        refused_casts_(refused_casts),
        sender_(sender) {}

  // --- Answers: dropped if the link is gone over which the call came ---
  void reply(const ReplyTo& to, void* result, Outgoing* value, const Error* error) override;
  void reply_error(const ReplyTo& to, Error error) override;
  bool reaches(const ReplyTo& to) const override {
    return !to.link || links_.find(to.link) != nullptr;
  }

  // --- Messages of peers; false: malformed ---
  [[nodiscard]] bool on_reply(Link& link, const wire::Reply& reply, ByteView body);
  [[nodiscard]] bool on_reply_error(Link& link, wire::ReplyError& reply);

 private:
  const std::size_t message_bytes_max_;
  Links& links_;
  Calls& calls_;
  RefusedCasts& refused_casts_;
  Sender& sender_;
};

}  // namespace noex
