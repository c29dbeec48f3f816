#pragma once

#include <cstdint>
#include <vector>

#include "worker/audit/bytes.hpp"

namespace terrace::audit {

struct AddressRange {
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
    friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

/// The functions that .eh_frame_hdr lists: what a stripped object still says about where functions
/// begin and end. Entries that contradict themselves are left out; a table of another encoding
/// gives none.
std::vector<AddressRange> read_unwind_table(Bytes header,
                                            std::uint64_t header_address,
                                            Bytes frames,
                                            std::uint64_t frames_address);

}  // namespace terrace::audit
