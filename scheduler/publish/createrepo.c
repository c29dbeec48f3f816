#include "scheduler/publish/createrepo.h"

#include <createrepo_c/createrepo_c.h>
#include <glib.h>
#include <string.h>

enum { KIND_COUNT = 3, CHANGELOG_ENTRIES = 10 };

static const char* const kind_names[KIND_COUNT] = {"primary", "filelists", "other"};
static const cr_XmlFileType kind_types[KIND_COUNT] = {CR_XMLFILE_PRIMARY, CR_XMLFILE_FILELISTS,
                                                      CR_XMLFILE_OTHER};

struct metadata {
    char* path;
    cr_ContentStat* content; /* size and checksum before compression */
    cr_XmlFile* file;        /* NULL once it is closed */
};

struct createrepo {
    struct metadata metadata[KIND_COUNT];
};

/* Takes the message over from `cause`, which may be NULL, and frees it. */
static void set_error(struct createrepo_error* error, GError* cause) {
    const char* message = cause ? cause->message : "libcreaterepo_c does not say why";
    g_strlcpy(error->message, message, sizeof error->message);
    g_clear_error(&cause);
}

static void drop_message(const gchar* domain,
                         GLogLevelFlags level,
                         const gchar* message,
                         gpointer user) {
    (void)domain;
    (void)level;
    (void)message;
    (void)user;
}

static void init_library(void) {
    static gsize done = 0;
    if (!g_once_init_enter(&done)) return;
    /* What matters comes back as a GError; a daemon's standard error is no place for the rest. */
    g_log_set_handler("C_CREATEREPOLIB", G_LOG_LEVEL_MASK, drop_message, NULL);
    cr_xml_dump_init();
    cr_package_parser_init();
    g_once_init_leave(&done, 1);
}

/* gzip, since every client reads it; its header holds no time, so equal content makes equal files.
 */
static int open_metadata(
    struct metadata* metadata, const char* repodata, int kind, long package_count, GError** cause) {
    metadata->path = g_strdup_printf("%s/%s.xml.gz", repodata, kind_names[kind]);
    metadata->content = cr_contentstat_new(CR_CHECKSUM_SHA256, cause);
    if (!metadata->content) return 1;
    metadata->file = cr_xmlfile_sopen(metadata->path, kind_types[kind], CR_CW_GZ_COMPRESSION,
                                      metadata->content, cause);
    if (!metadata->file) return 1;
    return cr_xmlfile_set_num_of_pkgs(metadata->file, package_count, cause) != CRE_OK;
}

struct createrepo* createrepo_new(const char* repodata,
                                  long package_count,
                                  struct createrepo_error* error) {
    GError* cause = NULL;
    init_library();
    struct createrepo* repo = g_new0(struct createrepo, 1);
    for (int kind = 0; kind < KIND_COUNT; ++kind) {
        if (open_metadata(&repo->metadata[kind], repodata, kind, package_count, &cause)) {
            set_error(error, cause);
            createrepo_free(repo);
            return NULL;
        }
    }
    return repo;
}

int createrepo_add(struct createrepo* repo,
                   const char* path,
                   const char* location,
                   char digest_hex[65],
                   struct createrepo_error* error) {
    GError* cause = NULL;
    cr_Package* package = cr_package_from_rpm(path, CR_CHECKSUM_SHA256, location, NULL,
                                              CHANGELOG_ENTRIES, NULL, CR_HDRR_NONE, &cause);
    if (!package) {
        set_error(error, cause);
        return 1;
    }
    /* The file's own time is that of an upload; metadata must depend on nothing but content. */
    package->time_file = package->time_build;
    g_strlcpy(digest_hex, package->pkgId, 65);
    int failed = 0;
    for (int kind = 0; kind < KIND_COUNT && !failed; ++kind) {
        failed = cr_xmlfile_add_pkg(repo->metadata[kind].file, package, &cause) != CRE_OK;
    }
    cr_package_free(package);
    if (failed) set_error(error, cause);
    return failed;
}

/* The file gets its final name; NULL on failure. */
static cr_RepomdRecord* finish_metadata(struct metadata* metadata,
                                        const char* name,
                                        int64_t seconds,
                                        GError** cause) {
    cr_XmlFile* file = metadata->file;
    metadata->file = NULL; /* closed below, even on failure */
    if (cr_xmlfile_close(file, cause) != CRE_OK) return NULL;
    cr_RepomdRecord* record = cr_repomd_record_new(name, metadata->path);
    cr_repomd_record_load_contentstat(record, metadata->content);
    if (cr_repomd_record_fill(record, CR_CHECKSUM_SHA256, cause) != CRE_OK ||
        cr_repomd_record_rename_file(record, cause) != CRE_OK) {
        cr_repomd_record_free(record);
        return NULL;
    }
    cr_repomd_record_set_timestamp(record, seconds);
    return record;
}

char* createrepo_finish(struct createrepo* repo, int64_t seconds, struct createrepo_error* error) {
    GError* cause = NULL;
    cr_Repomd* repomd = cr_repomd_new();
    char* revision = g_strdup_printf("%" G_GINT64_FORMAT, (gint64)seconds);
    cr_repomd_set_revision(repomd, revision);
    g_free(revision);
    char* text = NULL;
    int records = 0;
    for (; records < KIND_COUNT; ++records) {
        cr_RepomdRecord* record =
            finish_metadata(&repo->metadata[records], kind_names[records], seconds, &cause);
        if (!record) break;
        cr_repomd_set_record(repomd, record);
    }
    if (records == KIND_COUNT) text = cr_xml_dump_repomd(repomd, &cause);
    if (!text) set_error(error, cause);
    cr_repomd_free(repomd);
    return text;
}

void createrepo_free_text(char* text) {
    g_free(text);
}

void createrepo_free(struct createrepo* repo) {
    if (!repo) return;
    for (int kind = 0; kind < KIND_COUNT; ++kind) {
        struct metadata* metadata = &repo->metadata[kind];
        if (metadata->file) { /* cr_xmlfile_close() would complete it, and on a full disk not close
                                 it */
            cr_close(metadata->file->f, NULL);
            g_free(metadata->file);
        }
        if (metadata->content) cr_contentstat_free(metadata->content, NULL);
        g_free(metadata->path);
    }
    g_free(repo);
}
