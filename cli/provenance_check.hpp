#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/vocab/result.hpp"
#include "common/wire/provenance.hpp"

namespace terrace::cli {

/// The statement in an envelope, once it is proven that the key's owner made it: the envelope is as
/// it was stored, and `public_key` (PEM) signed it. Errc::conflict says what does not fit.
Result<std::string> verified_statement(const wire::BuildProvenance& provenance,
                                       const std::string& public_key);

/// That every file is one of the statement's subjects, by its digest. Errc::conflict names one that
/// is not. Throws std::system_error.
Result<void> check_subjects(const std::string& statement,
                            const std::vector<std::filesystem::path>& files);

}  // namespace terrace::cli
