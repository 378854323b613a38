// Behavior: what the runtime knows of a process class: its handlers, made from its `messages`.
//
// behavior_of<P>() is the constant table of one class. Behaviors is a node's list of the classes
// that other nodes may spawn, by name; programs use that, through Node::behaviors().
#pragma once

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
  std::span<const Handler> handlers;  // by type
  bool of_guest = false;  // it lives elsewhere, at a client, and takes any message as it came
  task<void> (*on_down)(Process&, const Down&) = nullptr;                   // see Down
  task<void> (*on_exit)(Process&, const Exit&) = nullptr;                   // see Exit
  task<void> (*on_overflow)(Process&, const Overflow&) = nullptr;           // see Overflow
  task<void> (*on_name_conflict)(Process&, const NameConflict&) = nullptr;  // see NameConflict
  task<void> (*on_name_up)(Process&, const NameUp&) = nullptr;              // see NameUp
  task<void> (*on_name_down)(Process&, const NameDown&) = nullptr;          // see NameDown

  // The handler of that type; nullptr: the class does not take it.
  const Handler* find(TypeId type) const;
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

// By type; two of one type stop the program.
void sort_handlers(std::span<Handler> handlers);

template <class P, class... M>
std::span<const Handler> handlers_of(const std::tuple<M...>*) {
  static const auto table = [] {
    std::array<Handler, sizeof...(M)> handlers{handler_of<P, M>()...};
    sort_handlers(handlers);
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

namespace behavior_detail {

template <class P>
struct MakePlainly {
  template <class... Args>
  std::unique_ptr<P> operator()(Context& context, Args&&... arguments) const {
    return std::make_unique<P>(context, std::forward<Args>(arguments)...);
  }
};

template <class P, class Make, class... Args>
Blueprint bound_to(const Make& make, std::tuple<Args...> arguments) {
  return Blueprint{
      &behavior_of<P>(), [make, bound = std::move(arguments)](Context& context) mutable {
        return [&]<std::size_t... i>(std::index_sequence<i...>) {
          return std::unique_ptr<Process>(make(context, std::get<i>(std::move(bound))...));
        }(std::index_sequence_for<Args...>());
      }};
}

template <class... Args>
void decode_each(Decoder& bytes, std::tuple<Args...>& values) {
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    (decode(bytes, std::get<i>(values)), ...);
  }(std::index_sequence_for<Args...>());
}

// Makes processes of one class.
class Maker {
 public:
  virtual ~Maker() = default;
  virtual const Behavior& behavior() const = 0;
  // What the bytes say is checked by whoever gave them: they may be too few or too many.
  virtual Blueprint from_bytes(Decoder& arguments) const = 0;
  // `arguments` points to the class's tuple of them, which is moved from.
  virtual Blueprint from_values(void* arguments) const = 0;
};

template <class P, class Make>
class MakerOf final : public Maker {
 public:
  explicit MakerOf(Make make) : make_(std::move(make)) {}
  const Behavior& behavior() const override { return behavior_of<P>(); }
  Blueprint from_bytes(Decoder& arguments) const override {
    Tuple values;
    decode_each(arguments, values);
    return bound_to<P>(make_, std::move(values));
  }
  Blueprint from_values(void* arguments) const override {
    return bound_to<P>(make_, std::move(*static_cast<Tuple*>(arguments)));
  }

 private:
  using Tuple = typename ArgumentsOf<P>::type;
  Make make_;
};

// A class that can't be made without its maker was spawned on a node where it was not added.
[[noreturn]] void refuse_without_maker();

}  // namespace behavior_detail

// A blueprint of a P with these arguments, which are copied or moved in.
template <class P, class... Args>
Blueprint blueprint(Args&&... args) {
  using namespace behavior_detail;
  return bound_to<P>(MakePlainly<P>(), typename ArgumentsOf<P>::type(std::forward<Args>(args)...));
}

// The classes that other nodes may spawn on a node, by name; on the node's thread.
class Behaviors {
 public:
  // Lets other nodes spawn P as `name`. To be called on every node that may be asked, before
  // Node::start(). A name that is taken already stops the program.
  template <class P>
  void add(std::string name) {
    add<P>(std::move(name), behavior_detail::MakePlainly<P>());
  }

  // The same for a class whose constructor needs more than what travels (a database, an observer):
  // make(Context&, arguments...) gives a std::unique_ptr<P>. It is kept as long as the node, and
  // may be called at any time.
  template <class P, class Make>
  void add(std::string name, Make make) {
    add_maker(std::move(name),
              std::make_unique<behavior_detail::MakerOf<P, Make>>(std::move(make)));
  }

  // The name under which that class was added; empty: it was not.
  std::string name_of(const Behavior& behavior) const;

  // A process as another node has asked for it. Errors: no_such_behavior, incompatible_type (the
  // arguments are not those of the class).
  Result<Blueprint> make(std::string_view name, Decoder& arguments) const;

  // A process as this node asks for it: made as it was added, or by its constructor if it was not.
  template <class P>
  Blueprint make_here(typename behavior_detail::ArgumentsOf<P>::type arguments) const {
    if (const auto* maker = maker_of(behavior_of<P>())) return maker->from_values(&arguments);
    return plain<P>(arguments);
  }

 private:
  template <class P, class... Args>
  static Blueprint plain(std::tuple<Args...>& arguments) {
    using namespace behavior_detail;
    if constexpr (std::constructible_from<P, Context&, Args...>) {
      return bound_to<P>(MakePlainly<P>(), std::move(arguments));
    } else {
      refuse_without_maker();
    }
  }

  void add_maker(std::string name, std::unique_ptr<behavior_detail::Maker> maker);
  const behavior_detail::Maker* maker_of(const Behavior& behavior) const;

  std::map<std::string, std::unique_ptr<behavior_detail::Maker>, std::less<>> makers_;
};

}  // namespace noex
