"""One module a check: self_test(repo) and problems(repo) return sentences, none if all is well."""
