#pragma once

#include <memory>
#include <type_traits>

namespace terrace {

template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* handle) const {
        Free(handle);
    }
};

/// A handle of a C library, which is a pointer to something opaque, and the function that frees it.
template <class Handle, auto Free>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, FreeWith<Free>>;

}  // namespace terrace
