#ifndef TERRACE_SCHEDULER_PUBLISH_CREATEREPO_H
#define TERRACE_SCHEDULER_PUBLISH_CREATEREPO_H

/* libcreaterepo_c behind an interface that C++20 can read: its own headers have a member named
 * `requires`. Its rpm transaction is global to the process, so one thread at a time may be in here.
 */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CREATEREPO_KINDS = 3 };

/** The names of the kinds of metadata in repomd.xml: primary, filelists, other. */
extern const char* const createrepo_kinds[CREATEREPO_KINDS];

/** Why a call failed; set by those that return NULL or a number other than 0. */
struct createrepo_error {
    char message[512];
};

/** What a repository says of one package. */
struct createrepo_package {
    char* xml[CREATEREPO_KINDS]; /**< its element in each kind of metadata */
    char* filename;              /**< NAME-VERSION-RELEASE.ARCH.rpm, as its header has them */
};

/** Reads the header of the RPM at `path`, whose clients find it at `location` below the repository.
 * `digest_hex` is the SHA-256 of the file, which is not read for it. Free the result in any case.
 */
int createrepo_read(const char* path,
                    const char* location,
                    const char* digest_hex,
                    struct createrepo_package* package,
                    struct createrepo_error* error);

void createrepo_free_package(struct createrepo_package* package);

/** One file of metadata, for repomd.xml. */
struct createrepo_record {
    const char* kind;
    const char* location; /**< "repodata/..." */
    const char* digest_hex;
    int64_t size;
    int64_t size_open; /**< before compression */
};

/** The text of repomd.xml, to be freed with createrepo_free_text(). Every time in it is `seconds`
 * since 1970. */
char* createrepo_repomd(const struct createrepo_record* records,
                        int count,
                        int64_t seconds,
                        struct createrepo_error* error);

void createrepo_free_text(char* text);

#ifdef __cplusplus
}
#endif

#endif
