// All of noex::runtime: nodes, processes, messages, names, groups, supervisors.
//
// Its headers are for who wants to compile less.
#pragma once

#include "noex/runtime/client/client.h"
#include "noex/runtime/core/ids.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/membership/member.h"
#include "noex/runtime/message/call.h"
#include "noex/runtime/message/call_group.h"
#include "noex/runtime/message/cast.h"
#include "noex/runtime/message/codec.h"
#include "noex/runtime/message/exit_reason.h"
#include "noex/runtime/message/future.h"
#include "noex/runtime/message/message.h"
#include "noex/runtime/message/ref.h"
#include "noex/runtime/message/sender.h"
#include "noex/runtime/message/std_types.h"
#include "noex/runtime/message/task.h"
#include "noex/runtime/names/groups.h"
#include "noex/runtime/names/names.h"
#include "noex/runtime/node/node.h"
#include "noex/runtime/node/supervisor.h"
#include "noex/runtime/observe/audit.h"
#include "noex/runtime/process/behavior.h"
#include "noex/runtime/process/process.h"
#include "noex/runtime/process/reply.h"
#include "noex/runtime/process/spawn_options.h"
