// What the chat's messages say, in words.
#pragma once

#include <vector>

#include "noex/sim/application/message_words.h"

namespace noex::sim {

std::vector<MessageWords> chat_words();

}  // namespace noex::sim
