// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include <QWidget>

#include "core/engine/session/session.h"

namespace fieldmark {

class ThumbnailStore;

/// Where a training would see the objects: a few pictures of the chosen classes with their stored boxes drawn
/// in, and how many have one. Large libraries are sampled. UI thread.
class BoxPreview : public QWidget {
    Q_OBJECT
  public:
    struct Shown {
        ItemId item = 0;
        Crop box;
    };
    BoxPreview(Session& session, ThumbnailStore& thumbnails, QWidget* parent = nullptr);

    /// Asks anew; what is shown of the same classes stays until the answer is there.
    void look(const std::string& field, const std::vector<std::string>& classes);
    void clear();
    QString text() const;  ///< how many have a box, and where that is too few; "" while it is not known
    const std::vector<Shown>& shown() const { return m_shown; }

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;

  Q_SIGNALS:
    void changed();  ///< text() and shown()

  protected:
    void paintEvent(QPaintEvent* event) override;
    void showEvent(QShowEvent* event) override;

  private:
    void take_items(const std::vector<ItemId>& items);
    void take_box(ItemId item, const Crop& box);
    void finish();
    void want();
    QSize cell(int width) const;

    Session& m_session;
    ThumbnailStore& m_thumbnails;
    std::string m_field;
    std::vector<std::string> m_classes;
    std::set<RequestId> m_lists;  ///< of pictures, one a class, still to be answered
    std::set<RequestId> m_boxes;  ///< of boxes likewise
    bool m_all_classes = true;
    std::vector<ItemId> m_items;
    std::vector<Shown> m_found;
    std::size_t m_looked_at = 0;

    // What the last finished look came to.
    bool m_known = false;
    bool m_sampled = false;
    std::size_t m_pictures = 0;
    std::size_t m_boxed = 0;
    std::vector<Shown> m_shown;
};

}  // namespace fieldmark
