#pragma once

#include "common/http/message_io.hpp"
#include "common/vocab/result.hpp"
#include "scheduler/http/message.hpp"

namespace terrace::rest {

/// The request without its body, from a header that was read. Errors are about the target.
Result<Request> parse_head(const http::RequestParser& parser);

/// True if the client waits for "100 Continue" before it sends the body.
bool expects_continue(const http::RequestParser& parser);

}  // namespace terrace::rest
