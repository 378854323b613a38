#include "noex/runtime/remote/replies.h"

#include <utility>

#include "noex/transport/base/text.h"

namespace noex {

void Replies::reply(const ReplyTo& to, void* result, Outgoing* value, const Error* error) {
  if (!to.link && !wire::is_relayed(to.call)) {
    calls_.on_value(to.call, result);
    return;
  }
  if (error != nullptr) {
    reply_error(to, *error);
    return;
  }
  if (!to.link) {  // of a client, by a process of this node
    Bytes bytes;
    Writer writer(bytes);
    value->encode_to(writer);
    Decoder body(bytes, &sender_);
    (void)calls_.on_reply(to.call, {}, body);
    return;
  }
  Link* link = links_.find(to.link);
  if (link == nullptr) return;
  Bytes& bytes = links_.begin(MessageKind::reply);
  Writer writer(bytes);
  encode(writer, wire::Reply{to.call});
  value->encode_to(writer);
  if (bytes.size() > message_bytes_max_) {
    reply_error(to, Error{ErrorCode::reply_lost, "the answer is too large"});
    return;
  }
  link->send_signal(bytes);
}

void Replies::reply_error(const ReplyTo& to, Error error) {
  if (!to.link) {
    calls_.on_error(to.call, LinkSerial(), std::move(error));
  } else {
    links_.signal(to.link,
                  wire::ReplyError{to.call, error.code,
                                   shortened(std::move(error.detail), wire::detail_bytes_max)});
  }
}

bool Replies::on_reply(Link& link, const wire::Reply& reply, ByteView body) {
  Decoder bytes(body, &sender_);
  return calls_.on_reply(reply.call, link.serial(), bytes);
}

bool Replies::on_reply_error(Link& link, wire::ReplyError& reply) {
  if (reply.code == ErrorCode::ok || reply.detail.size() > wire::detail_bytes_max) return false;
  if (reply.call == 0 && reply.code == ErrorCode::incompatible_type) {
    return refused_casts_.on_told(link, reply.detail);
  }
  calls_.on_reply_error(reply.call, link.serial(), Error{reply.code, std::move(reply.detail)});
  return true;
}

}  // namespace noex
