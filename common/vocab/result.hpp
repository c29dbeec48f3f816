#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>

namespace terrace {

/// What kind of expected failure it is; the router alone turns it into an HTTP status.
enum class Errc { invalid_argument, not_found, conflict, stale_lease, unavailable, unauthorized };

/// An expected failure, which the caller must handle. `message` is a full sentence that an operator
/// can act on.
struct Error {
    Errc code = Errc::invalid_argument;
    std::string message;
    friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = boost::system::result<T, Error>;

/// Result<T>::value() on an error ends here: a caller that did not look first has a bug or wants
/// the exception.
[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location&) {
    throw std::runtime_error(error.message);
}

}  // namespace terrace
