// Behavior: what the runtime knows of a process class: its handlers, made from its `messages`.
//
// behavior_of<P>() is the constant table of one class. Behaviors is a node's list of the classes
// that other nodes may spawn, by name; programs use that, through Node::behaviors().
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "noex/runtime/process/process.h"
#include "noex/runtime/process/reply.h"
#include "noex/transport/base/check.h"

namespace noex {

// What the bytes of a message have turned out to be.
struct Decoded {
  std::unique_ptr<Payload> payload;  // the message; null: it is none, and malformed
  bool incompatible = false;         // unless it is only incompatible (Body)
};

// One message type of a class, and its handler.
struct Handler {
  TypeId type = 0;                              // of the message
  bool is_call = false;                         // it is answered
  const MessageType* message = nullptr;         // what it is called
  Decoded (*decode)(Decoder& bytes) = nullptr;  // reads one to the end of the bytes
  // Runs the handler on a Box of that type, which outlives the task. Gives an empty task if the
  // handler has finished already.
  task<void> (*run)(Process& process, Payload& message, const ReplyTo& to,
                    Replier& replier) = nullptr;
};

// The handlers of one class; nullptr where it has none.
struct Behavior {
  std::span<const Handler> handlers;                                        // by type
  task<void> (*on_down)(Process&, const Down&) = nullptr;                   // see Down
  task<void> (*on_exit)(Process&, const Exit&) = nullptr;                   // see Exit
  task<void> (*on_overflow)(Process&, const Overflow&) = nullptr;           // see Overflow
  task<void> (*on_name_conflict)(Process&, const NameConflict&) = nullptr;  // see NameConflict
  task<void> (*on_name_up)(Process&, const NameUp&) = nullptr;              // see NameUp
  task<void> (*on_name_down)(Process&, const NameDown&) = nullptr;          // see NameDown

  // The handler of that type; nullptr: the class does not take it.
  const Handler* find(TypeId type) const {
    const auto at = std::ranges::lower_bound(handlers, type, {}, &Handler::type);
    return at != handlers.end() && at->type == type ? &*at : nullptr;
  }
};

namespace behavior_detail {

template <class P, class M>
task<void> answer_later(task<Result<typename M::reply>> handler, ReplyTo to, Replier& replier) {
  Result<typename M::reply> result = co_await std::move(handler);
  reply_with(to, replier, result);
}

template <class P, class M>
task<void> run_answering(P& self, M& message, const ReplyTo& to, Replier& replier) {
  using Returned = decltype(self.on(message));
  if constexpr (CallMessage<M>) {
    using R = typename M::reply;
    if constexpr (IsTask<Returned>) {
      static_assert(std::same_as<Returned, task<Result<R>>>, "a call's handler answers Result<R>");
      return answer_later<P, M>(self.on(message), to, replier);
    } else {
      Result<R> result = self.on(message);
      reply_with(to, replier, result);
      return {};
    }
  } else if constexpr (IsTask<Returned>) {
    static_assert(std::same_as<Returned, task<void>>, "a cast's handler answers nothing");
    return self.on(message);
  } else {
    static_assert(std::same_as<Returned, void>, "a cast's handler answers nothing");
    self.on(message);
    return {};
  }
}

template <class P, class M>
concept AnswersLater = CallMessage<M> && requires(P& process, M& message) {
  process.on(message, std::declval<Reply<typename M::reply>>());
};

// Its handler takes the reply and answers whenever it likes.
template <class P, class M>
task<void> run_owing(P& self, M& message, Replier& replier) {
  Reply<typename M::reply> reply(replier.owe(self.self().process()));
  using Returned = decltype(self.on(message, std::move(reply)));
  if constexpr (IsTask<Returned>) {
    static_assert(std::same_as<Returned, task<void>>, "a handler with a Reply answers through it");
    return self.on(message, std::move(reply));
  } else {
    static_assert(std::same_as<Returned, void>, "a handler with a Reply answers through it");
    self.on(message, std::move(reply));
    return {};
  }
}

template <class P, class M>
task<void> run(Process& process, Payload& payload, const ReplyTo& to, Replier& replier) {
  P& self = static_cast<P&>(process);
  M& message = static_cast<Box<M>&>(payload).value;
  if constexpr (AnswersLater<P, M>) {
    return run_owing(self, message, replier);
  } else {
    return run_answering<P, M>(self, message, to, replier);
  }
}

template <class M>
Decoded decode_boxed(Decoder& bytes) {
  auto box = std::make_unique<Box<M>>();
  const Body body = decode_body(bytes, box->value);
  if (body != Body::whole) return Decoded{nullptr, body == Body::incompatible};
  return Decoded{std::move(box)};
}

template <class P, class Signal>
task<void> signal(Process& process, const Signal& message) {
  P& self = static_cast<P&>(process);
  if constexpr (IsTask<decltype(self.on(message))>) {
    return self.on(message);
  } else {
    self.on(message);
    return {};
  }
}

template <class P, class M>
Handler handler_of() {
  static_assert(
      requires(P& process, const M& message) { process.on(message); } ||
          requires(P& process, M& message) { process.on(std::move(message)); } ||
          AnswersLater<P, M>,
      "the class has no on() for a type in its messages");
  return Handler{type_id<M>(), CallMessage<M>, &message_type<M>, &decode_boxed<M>, &run<P, M>};
}

template <class P, class... M>
std::span<const Handler> handlers_of(const std::tuple<M...>*) {
  static const auto table = [] {
    std::array<Handler, sizeof...(M)> handlers{handler_of<P, M>()...};
    std::ranges::sort(handlers, {}, &Handler::type);
    for (std::size_t i = 1; i < handlers.size(); ++i) {
      NOEX_CHECK(handlers[i - 1].type != handlers[i].type, "{} and {} have one wire id",
                 handlers[i - 1].message->wire_name, handlers[i].message->wire_name);
    }
    return handlers;
  }();
  return table;
}

template <class P>
struct ArgumentsOf {
  using type = std::tuple<>;
};
template <class P>
  requires requires { typename P::arguments; }
struct ArgumentsOf<P> {
  using type = typename P::arguments;
};

}  // namespace behavior_detail

// The table of class P: one object for the whole program, which never changes.
template <class P>
const Behavior& behavior_of() {
  static_assert(std::is_base_of_v<Process, P>);
  static const Behavior behavior = [] {
    using namespace behavior_detail;
    Behavior made;
    made.handlers = handlers_of<P>(static_cast<const typename P::messages*>(nullptr));
    if constexpr (requires(P& p, const Down& m) { p.on(m); }) made.on_down = &signal<P, Down>;
    if constexpr (requires(P& p, const Exit& m) { p.on(m); }) made.on_exit = &signal<P, Exit>;
    if constexpr (requires(P& p, const Overflow& m) { p.on(m); }) {
      made.on_overflow = &signal<P, Overflow>;
    }
    if constexpr (requires(P& p, const NameConflict& m) { p.on(m); }) {
      made.on_name_conflict = &signal<P, NameConflict>;
    }
    if constexpr (requires(P& p, const NameUp& m) { p.on(m); }) {
      made.on_name_up = &signal<P, NameUp>;
    }
    if constexpr (requires(P& p, const NameDown& m) { p.on(m); }) {
      made.on_name_down = &signal<P, NameDown>;
    }
    return made;
  }();
  return behavior;
}

// How one process is made.
struct Blueprint {
  const Behavior* behavior = nullptr;                                // of its class
  std::move_only_function<std::unique_ptr<Process>(Context&)> make;  // calls its constructor, once
};

// A blueprint of a P with these arguments, which are copied or moved in.
template <class P, class... Args>
Blueprint blueprint(Args&&... args) {
  using Tuple = typename behavior_detail::ArgumentsOf<P>::type;
  return Blueprint{&behavior_of<P>(),
                   [bound = Tuple(std::forward<Args>(args)...)](Context& context) mutable {
                     return std::apply(
                         [&context](auto&... each) -> std::unique_ptr<Process> {
                           return std::make_unique<P>(context, std::move(each)...);
                         },
                         bound);
                   }};
}

// The classes that other nodes may spawn on a node, by name; on the node's thread.
class Behaviors {
 public:
  // Lets other nodes spawn P as `name`. To be called on every node that may be asked, before
  // Node::start(). A name that is taken already stops the program.
  template <class P>
  void add(std::string name) {
    add<P>(std::move(name), [](Context& context, auto... each) {
      return std::make_unique<P>(context, std::move(each)...);
    });
  }

  // The same for a class whose constructor needs more than what travels (a database, an observer):
  // make(Context&, arguments...) gives a std::unique_ptr<P>. It is kept as long as the node, and
  // may be called at any time.
  template <class P, class Make>
  void add(std::string name, Make make) {
    using Tuple = typename behavior_detail::ArgumentsOf<P>::type;
    auto bind = [make = std::move(make)](void* arguments) {
      return bound_to<P>(make, std::move(*static_cast<Tuple*>(arguments)));
    };
    auto decode_and_bind = [bind](Decoder& bytes) -> Result<Blueprint> {
      Tuple values;
      std::apply([&bytes](auto&... each) { (decode(bytes, each), ...); }, values);
      if (!bytes.complete()) return fail(ErrorCode::incompatible_type, "arguments of the spawn");
      return bind(&values);
    };
    Maker maker{&behavior_of<P>(), std::move(decode_and_bind), std::move(bind)};
    const bool added = makers_.try_emplace(std::move(name), std::move(maker)).second;
    NOEX_CHECK(added, "a behavior was added twice under one name");
  }

  // The name under which that class was added; empty: it was not.
  std::string name_of(const Behavior& behavior) const {
    for (const auto& [name, maker] : makers_) {
      if (maker.behavior == &behavior) return name;
    }
    return {};
  }

  // A process as another node has asked for it. Errors: no_such_behavior, incompatible_type (the
  // arguments are not those of the class).
  Result<Blueprint> make(std::string_view name, Decoder& arguments) const {
    const auto found = makers_.find(name);
    if (found == makers_.end()) return fail(ErrorCode::no_such_behavior, std::string(name));
    return found->second.decode(arguments);
  }

  // A process as this node asks for it: made as it was added, or by its constructor if it was not.
  template <class P>
  Blueprint make_here(typename behavior_detail::ArgumentsOf<P>::type arguments) const {
    for (const auto& [name, maker] : makers_) {
      if (maker.behavior == &behavior_of<P>()) return maker.bind(&arguments);
    }
    return plain<P>(std::move(arguments));
  }

 private:
  template <class P, class Make, class... Args>
  static Blueprint bound_to(const Make& make, std::tuple<Args...> arguments) {
    return Blueprint{&behavior_of<P>(),
                     [make, bound = std::move(arguments)](Context& context) mutable {
                       return std::apply(
                           [&](auto&... each) -> std::unique_ptr<Process> {
                             return make(context, std::move(each)...);
                           },
                           bound);
                     }};
  }

  template <class P, class... Args>
  static Blueprint plain(std::tuple<Args...> arguments) {
    if constexpr (std::constructible_from<P, Context&, Args...>) {
      return std::apply([](auto&... each) { return blueprint<P>(std::move(each)...); }, arguments);
    } else {
      NOEX_CHECK(false, "a class that was added with a maker is spawned where it was not added");
    }
  }

  struct Maker {
    const Behavior* behavior = nullptr;
    std::function<Result<Blueprint>(Decoder&)> decode;
    std::function<Blueprint(void*)> bind;  // takes the class's tuple of arguments
  };

  std::map<std::string, Maker, std::less<>> makers_;
};

}  // namespace noex
