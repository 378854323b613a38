// Fuzzes noex/transport/handshake.cpp: control payloads of a stranger, to either side.
//
// The input is a list of payloads, each behind its length in one byte; the first byte chooses the
// side. An honest handshake with the fields that were read must then work to its end.
#include <cstddef>
#include <cstdint>

#include "noex/transport/base/check.h"
#include "noex/transport/handshake.h"

namespace {

using noex::ByteView;
using noex::Handshake;

noex::Hello own_hello() {
  noex::Hello hello;
  hello.from = noex::NodeId("node1", "127.0.0.1", 4369);
  hello.boot = 7;
  hello.to = noex::NodeId("node2", "127.0.0.1", 4370);
  return hello;
}

// What was accepted from a stranger has one encoding, and works between honest sides.
void replay(const noex::Hello& hello, noex::Refusal refusal) {
  Handshake dialer = Handshake::dialer(hello);
  Handshake acceptor = Handshake::acceptor();
  NOEX_CHECK(acceptor.on_payload(dialer.hello_payload()) == Handshake::Event::hello);
  NOEX_CHECK(acceptor.hello() == hello);
  noex::HelloAck ack;
  ack.refusal = refusal;
  ack.id = hello.to;
  ack.boot = 9;
  if (refusal == noex::Refusal::name_taken) ack.holder = hello.to;
  const auto answered = dialer.on_payload(acceptor.answer(ack));
  if (refusal != noex::Refusal::none) {
    NOEX_CHECK(answered == Handshake::Event::refused && dialer.ack() == ack);
    NOEX_CHECK(!noex::describe(refusal).empty());
    return;
  }
  NOEX_CHECK(answered == Handshake::Event::accepted, "{}", dialer.error());
  NOEX_CHECK(acceptor.on_payload(dialer.confirm()) == Handshake::Event::established);
  NOEX_CHECK(dialer.on_payload(acceptor.ready()) == Handshake::Event::established);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool as_dialer = (data[0] & 1) != 0;
  const auto refusal = static_cast<noex::Refusal>(data[0] >> 1);
  Handshake side = as_dialer ? Handshake::dialer(own_hello()) : Handshake::acceptor();
  if (as_dialer) (void)side.hello_payload();
  ByteView rest(reinterpret_cast<const char*>(data + 1), size - 1);
  while (!rest.empty()) {
    const auto length = static_cast<std::uint8_t>(rest.front());
    rest.remove_prefix(1);
    const ByteView payload = rest.substr(0, length);
    rest.remove_prefix(payload.size());
    switch (side.on_payload(payload)) {
      case Handshake::Event::hello: {
        const noex::Hello hello = side.hello();
        // Of another version's hello nothing but the version is read.
        if (hello.version == noex::protocol_version) {
          replay(hello, noex::is_known(refusal) ? refusal : noex::Refusal::none);
        }
        noex::HelloAck ack;
        ack.id = own_hello().from;
        ack.boot = 1;
        (void)side.answer(ack);
        break;
      }
      case Handshake::Event::accepted:
        (void)side.confirm();
        break;
      case Handshake::Event::established:
        if (!as_dialer) (void)side.ready();
        return 0;
      case Handshake::Event::malformed:
        NOEX_CHECK(!side.error().empty());
        return 0;
      case Handshake::Event::refused:
        return 0;
    }
  }
  return 0;
}
