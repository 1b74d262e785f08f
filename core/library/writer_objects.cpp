// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "core/library/writer.h"
#include "core/library/writer_impl.h"

namespace fieldmark {

namespace {

/// Vectors of models that look at objects only, of every item with this content.
void drop_object_vectors(Connection& connection, const std::string& hash) {
    connection.run(
        "DELETE FROM embedding WHERE item_id IN (SELECT id FROM item WHERE hash = ?) AND model_id IN (SELECT "
        "model_id FROM object_view)",
        Bytes{hash});
}

int rank(std::string_view source) {
    return source == "user" ? 2 : source == "import" ? 1 : 0;
}

}  // namespace

bool LibraryWriter::Impl::store_box(const std::string& hash, const ObjectBox& box) {
    const std::string crop = to_key(box.box);
    bool moved = true;
    {
        Cursor cursor = connection.prepare("SELECT source, crop FROM object_box WHERE hash = ?");
        if (cursor.bind(Bytes{hash}).step()) {
            if (rank(cursor.text(0)) > rank(to_string(box.source))) return false;
            moved = cursor.text(1) != crop;
        }
    }
    connection.run(
        "INSERT OR REPLACE INTO object_box (hash, crop, score, source, finder, set_at) VALUES (?, ?, ?, ?, "
        "?, "
        "?)",
        Bytes{hash}, crop, static_cast<double>(box.score), to_string(box.source), box.finder, now_ms());
    if (moved) drop_object_vectors(connection, hash);
    return moved;
}

void LibraryWriter::Impl::inherit_box(const std::string& old, const std::string& fresh) {
    connection.run(
        "INSERT OR IGNORE INTO object_box (hash, crop, score, source, finder, set_at) SELECT ?, crop, score, "
        "source, finder, set_at FROM object_box WHERE hash = ? AND source <> 'finder'",
        Bytes{fresh}, Bytes{old});
}

namespace {

Status check(const std::string& hash, const ObjectBox& box) {
    if (hash.empty()) {
        return Error{ErrorKind::Usage,
                     "A picture that was never read cannot have an object box. Import it first."};
    }
    if (!box.box.valid() || !(box.score >= 0 && box.score <= 1)) {
        return Error{ErrorKind::Usage,
                     "An object box must lie inside its picture and have a size. Draw it again.",
                     to_key(box.box)};
    }
    return {};
}

}  // namespace

Result<std::int64_t> LibraryWriter::set_object_boxes(std::span<const BoxEdit> edits) {
    bool person = false;
    for (const BoxEdit& edit : edits) {
        person = person || edit.box.source == BoxSource::User;
        if (auto status = check(edit.hash, edit.box); !status) return status.error();
    }
    return m_impl->write(person ? kFull : kNormal, [&]() -> Result<std::int64_t> {
        std::int64_t moved = 0;
        for (const BoxEdit& edit : edits) moved += m_impl->store_box(edit.hash, edit.box) ? 1 : 0;
        return moved;
    });
}

Status LibraryWriter::decide_object_box(const std::string& hash, const std::optional<ObjectBox>& box) {
    if (!box) return forget_object_boxes(std::span(&hash, 1));
    if (auto status = check(hash, *box); !status) return status.error();
    return m_impl->write(kFull, [&]() -> Status {
        // As a lower rank, what is stored stands in nothing's way; its crop still says whether vectors hold.
        m_impl->connection.run("UPDATE object_box SET source = 'finder' WHERE hash = ?", Bytes{hash});
        m_impl->store_box(hash, *box);
        return {};
    });
}

Status LibraryWriter::forget_object_boxes(std::span<const std::string> hashes) {
    return m_impl->write(kFull, [&]() -> Status {
        for (const std::string& hash : hashes) {
            if (m_impl->connection.run("DELETE FROM object_box WHERE hash = ?", Bytes{hash}) == 0) continue;
            drop_object_vectors(m_impl->connection, hash);
        }
        return {};
    });
}

}  // namespace fieldmark
