#include "scheduler/publish/createrepo.h"

#include <createrepo_c/createrepo_c.h>
#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>

enum { CHANGELOG_ENTRIES = 10 };

const char* const createrepo_kinds[CREATEREPO_KINDS] = {"primary", "filelists", "other"};

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

/* What is not in the header: the file's size and place. NULL on failure. */
static cr_Package* read_package(const char* path,
                                const char* location,
                                const char* digest_hex,
                                GError** cause) {
    struct stat file;
    if (stat(path, &file) != 0) {
        g_set_error(cause, g_quark_from_static_string("terrace"), 1, "%s", g_strerror(errno));
        return NULL;
    }
    cr_Package* package = cr_package_from_rpm_base(path, CHANGELOG_ENTRIES, CR_HDRR_NONE, cause);
    if (!package) return NULL;
    const struct cr_HeaderRangeStruct range = cr_get_header_byte_range(path, cause);
    if (range.end == 0) {
        cr_package_free(package);
        return NULL;
    }
    package->rpm_header_start = range.start;
    package->rpm_header_end = range.end;
    package->size_package = file.st_size;
    /* The file's own time is that of an upload; metadata must depend on nothing but content. */
    package->time_file = package->time_build;
    package->pkgId = cr_safe_string_chunk_insert(package->chunk, digest_hex);
    package->checksum_type = cr_safe_string_chunk_insert(package->chunk, "sha256");
    package->location_href = cr_safe_string_chunk_insert(package->chunk, location);
    return package;
}

int createrepo_read(const char* path,
                    const char* location,
                    const char* digest_hex,
                    struct createrepo_package* package,
                    struct createrepo_error* error) {
    GError* cause = NULL;
    init_library();
    memset(package, 0, sizeof *package);
    cr_Package* read = read_package(path, location, digest_hex, &cause);
    if (!read) {
        set_error(error, cause);
        return 1;
    }
    package->filename =
        g_strdup_printf("%s-%s-%s.%s.rpm", read->name, read->version, read->release, read->arch);
    const struct cr_XmlStruct xml = cr_xml_dump(read, &cause);
    package->xml[0] = xml.primary;
    package->xml[1] = xml.filelists;
    package->xml[2] = xml.other;
    cr_package_free(read);
    if (xml.primary && xml.filelists && xml.other) return 0;
    set_error(error, cause);
    return 1;
}

void createrepo_free_package(struct createrepo_package* package) {
    for (int kind = 0; kind < CREATEREPO_KINDS; ++kind) g_free(package->xml[kind]);
    g_free(package->filename);
}

static cr_RepomdRecord* new_record(const struct createrepo_record* from, int64_t seconds) {
    cr_RepomdRecord* record = cr_repomd_record_new(from->kind, NULL);
    record->location_href = cr_safe_string_chunk_insert(record->chunk, from->location);
    record->checksum = cr_safe_string_chunk_insert(record->chunk, from->digest_hex);
    record->checksum_type = cr_safe_string_chunk_insert(record->chunk, "sha256");
    record->size = from->size;
    record->size_open = from->size_open;
    cr_repomd_record_set_timestamp(record, seconds);
    return record;
}

char* createrepo_repomd(const struct createrepo_record* records,
                        int count,
                        int64_t seconds,
                        struct createrepo_error* error) {
    GError* cause = NULL;
    init_library();
    cr_Repomd* repomd = cr_repomd_new();
    char* revision = g_strdup_printf("%" G_GINT64_FORMAT, (gint64)seconds);
    cr_repomd_set_revision(repomd, revision);
    g_free(revision);
    for (int i = 0; i < count; ++i) cr_repomd_set_record(repomd, new_record(&records[i], seconds));
    char* text = cr_xml_dump_repomd(repomd, &cause);
    if (!text) set_error(error, cause);
    cr_repomd_free(repomd);
    return text;
}

void createrepo_free_text(char* text) {
    g_free(text);
}
