#include "scheduler/ingest/code_intake.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using terrace::ingest::code_reason;

namespace {

struct Row {
    const char* build_requires;
    const char* package;
    std::vector<std::string> provides;
    const char* reason;  ///< empty: no code is taken in
};

}  // namespace

TEST_CASE("what of a buildroot ends up in the packages that are built in it") {
    const std::vector<Row> rows = {
        {"zlib-devel", "zlib-devel", {"zlib-devel", "pkgconfig(zlib)"}, ""},
        {"gcc", "gcc", {"gcc", "libatomic-static"}, ""},
        {"libatomic-static",
         "gcc",
         {"gcc", "libatomic-static"},
         "takes code of gcc, which provides libatomic-static: BuildRequires libatomic-static"},
        {"glibc-static",
         "glibc-static",
         {"glibc-static"},
         "links the static library glibc-static: BuildRequires glibc-static"},
        {"pkgconfig(eigen3) >= 3.4",
         "eigen3-devel",
         {"eigen3-devel", "eigen3-static", "eigen3-static(x86-64)"},
         "takes code of eigen3-devel, which provides eigen3-static: BuildRequires "
         "pkgconfig(eigen3) >= 3.4"},
        {"(qm-dsp-static >= 1.7 with qm-dsp-static < 1.8)",
         "qm-dsp",
         {"qm-dsp-static"},
         "takes code of qm-dsp, which provides qm-dsp-static: BuildRequires (qm-dsp-static >= 1.7 "
         "with qm-dsp-static < 1.8)"},
        {"not-foo-static", "foo", {"foo-static"}, ""},
        {"foo", "foo", {"bundled(foo-static)"}, ""},
        {"crate(libc/default) >= 0.2",
         "rust-libc+default-devel",
         {},
         "compiles in the crate rust-libc+default-devel: BuildRequires crate(libc/default) >= 0.2"},
        {"rust-libc-devel",
         "rust-libc-devel",
         {},
         "compiles in the crate rust-libc-devel: BuildRequires rust-libc-devel"},
        {"rust-devel", "rust-devel", {}, ""},
        {"rust", "rust", {}, ""},
        {"golang(golang.org/x/net)",
         "golang-x-net-devel",
         {},
         "compiles in the Go package golang-x-net-devel: BuildRequires golang(golang.org/x/net)"},
        {"golang", "golang", {}, ""},
        {"ghc-text-devel",
         "ghc-text-devel",
         {},
         "compiles in the Haskell package ghc-text-devel: BuildRequires ghc-text-devel"},
        {"ghc-text-static",
         "ghc-text-static",
         {},
         "links the static library ghc-text-static: BuildRequires ghc-text-static"},
        {"ghc", "ghc", {}, ""},
        {"ocaml-findlib-devel",
         "ocaml-findlib-devel",
         {},
         "compiles in the OCaml library ocaml-findlib-devel: BuildRequires ocaml-findlib-devel"},
        {"ocaml", "ocaml", {}, ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.build_requires);
        CHECK(code_reason(row.build_requires, row.package, row.provides) == row.reason);
    }
}
