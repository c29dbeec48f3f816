#include "common/os/hash.hpp"

#include <doctest/doctest.h>

namespace terrace::os {
namespace {

TEST_CASE("each kind of digest has its first bytes, whatever pieces the text comes in") {
    struct Row {
        HashKind kind;
        std::string begin;
        std::size_t size;
    };
    for (const Row& row :
         {Row{HashKind::md5, "\x90\x01\x50\x98", 16}, Row{HashKind::sha1, "\xa9\x99\x3e\x36", 20},
          Row{HashKind::sha256, "\xba\x78\x16\xbf", 32},
          Row{HashKind::sha3_256, "\x3a\x98\x5d\xa7", 32}}) {
        Hash hash(row.kind);
        hash.update("a");
        hash.update("bc");
        const std::string digest = hash.finish();
        CHECK(digest.size() == row.size);
        CHECK(digest.starts_with(row.begin));
    }
}

}  // namespace
}  // namespace terrace::os
