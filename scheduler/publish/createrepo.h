#ifndef TERRACE_SCHEDULER_PUBLISH_CREATEREPO_H
#define TERRACE_SCHEDULER_PUBLISH_CREATEREPO_H

/* libcreaterepo_c behind an interface that C++20 can read: its own headers have a member named
 * `requires`. Its rpm transaction is global to the process, so one thread at a time may be in here.
 */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Why a call failed; set by those that return NULL or a number other than 0. */
struct createrepo_error {
    char message[512];
};

/** The metadata of one repository, being written. */
struct createrepo;

/** Begins primary, filelists and other in the directory `repodata`, which must be there and empty.
 */
struct createrepo* createrepo_new(const char* repodata,
                                  long package_count,
                                  struct createrepo_error* error);

/** Adds the RPM at `path`, whose clients find it at `location` below the repository. Its SHA-256 in
 * hexadecimal goes to `digest_hex`. */
int createrepo_add(struct createrepo* repo,
                   const char* path,
                   const char* location,
                   char digest_hex[65],
                   struct createrepo_error* error);

/** Completes the three files and gives them names with their checksums. Returns the text of
 * repomd.xml, to be freed with createrepo_free_text(). Every time in it is `seconds` since 1970. */
char* createrepo_finish(struct createrepo* repo, int64_t seconds, struct createrepo_error* error);

void createrepo_free_text(char* text);

/** Takes NULL, too. What was not finished is left as it is. */
void createrepo_free(struct createrepo* repo);

#ifdef __cplusplus
}
#endif

#endif
