// All of noex::asio: real time, real TCP, files and terminals, a log through spdlog.
//
// Only a program's main() includes it: everything else takes a Loop, a Network and a Log.
#pragma once

#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/asio/asio_network.h"
#include "noex/transport/asio/asio_outputs.h"
#include "noex/transport/asio/asio_writer.h"
#include "noex/transport/asio/spdlog_log.h"
